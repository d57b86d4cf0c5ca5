import { PermanentError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import {
  asFix,
  asFixRun,
  type Fix,
  type FixRow,
  type FixRun,
  type FixRunRow,
  type FixState
} from './fix-rows.ts'
import { insertFixRun, insertUndoRun, mostFixes, type NewFixRun, type UndoRequest } from './insert-fix-run.ts'

/** Changes of Active Directory that somebody asked for: kept here, written by the importer of the connector. */
export interface Fixes {
  /**
   * Queues a run. The fixes are applied in their order. Whoever asks then wakes the importer.
   *
   * @throws PermanentError when there are none or too many, or one holds a character that text cannot have
   */
  create(input: NewFixRun): Promise<FixRun>
  /**
   * Queues a run that takes back what another one has written, in reverse order. It changes only what still is as that
   * run left it.
   *
   * @throws PermanentError when that run is unknown, has not ended, or has written nothing of this
   */
  createUndo(runId: string, input: UndoRequest): Promise<FixRun>
  get(runId: string): Promise<FixRun | undefined>
  /** Newest first. `before` is the `next` of an earlier page. */
  list(input: {
    limit: number
    before?: string
    connector?: string
  }): Promise<{ runs: FixRun[]; next?: string }>
  /** The fixes of a run in their order. `after` is the `next` of an earlier page. */
  read(
    runId: string,
    input: { limit: number; after?: number; state?: FixState }
  ): Promise<{ fixes: Fix[]; next?: number }>
  /**
   * An LDIF file, in pieces, that takes the run back by hand, the last fix first. What is still to come of a run that
   * has not ended is not in it.
   *
   * @param position that fix only
   */
  undoLdif(runId: string, position?: number): AsyncGenerator<string, void>

  /** For the importer: whether a run of the connector waits or was broken off. */
  isWaiting(connector: string): Promise<boolean>
  /** For the importer: the oldest run of the connector that waits or was broken off; it is marked as running. */
  takeRun(connector: string): Promise<FixRun | undefined>
  /** For the importer: the next fixes of a run that have no result yet. */
  pending(runId: string, limit: number): Promise<Fix[]>
  /** For the importer, before it writes: how to take a fix back, a record of LDIF. It stays only if the fix is applied. */
  begin(fix: FixKey, undo: { dn: string; ldif: string }): Promise<void>
  /** For the importer: what became of a fix. What was written is put down in the object's journal. */
  record(fix: FixKey, outcome: FixOutcome): Promise<void>
  complete(runId: string): Promise<void>
  fail(runId: string, error: string): Promise<void>
}

export interface FixKey {
  readonly runId: string
  readonly position: number
}

export interface FixOutcome {
  readonly state: Exclude<FixState, 'pending'>
  /** Why it was not applied, and what to do. */
  readonly message?: string
}

const undoAtATime = 500

export function fixes(database: Database): Fixes {
  const get = async (runId: string): Promise<FixRun | undefined> => {
    const [run] = await rows(runsWhere(sql`r.id = ${runId}`), database)
    return run === undefined ? undefined : asFixRun(run)
  }
  const known = async (runId: string): Promise<FixRun> => {
    const run = await get(runId)
    if (run === undefined) throw new PermanentError(`There is no run of fixes ${runId}: check its id.`)
    return run
  }
  const end = async (runId: string, state: 'completed' | 'failed', error: string | null): Promise<void> => {
    await rows(
      sql`update fix_run set state = ${state}, ended_at = clock_timestamp(), error = ${error} where id = ${runId}`,
      database
    )
  }

  return {
    get,

    create: async input => known(await insertFixRun(database, input)),

    async createUndo(runId, input) {
      const run = await known(runId)
      if (run.state === 'queued' || run.state === 'running') {
        throw new PermanentError(`The run of fixes ${runId} has not ended. Take it back when it has.`)
      }
      return known(await insertUndoRun(database, run, input))
    },

    async list({ limit, before, connector }) {
      const ofConnector = connector === undefined ? sql`true` : sql`r.connector = ${connector}`
      const [at, id] = before?.split('|') ?? []
      const earlier =
        at === undefined ? sql`true` : sql`(r.requested_at, r.id) < (${at}::timestamptz, ${id}::uuid)`
      const found = await rows(
        sql<FixRunRow>`${runsWhere(sql`${ofConnector} and ${earlier}`)}
          order by r.requested_at desc, r.id desc limit ${limit + 1}`,
        database
      )
      const next = found.length > limit ? found[limit - 1]?.at : undefined
      return { runs: found.slice(0, limit).map(asFixRun), ...(next !== undefined && { next }) }
    },

    async read(runId, { limit, after = -1, state }) {
      const inState = state === undefined ? sql`true` : sql`state = ${state}`
      const found = await rows(
        sql<FixRow>`select * from fix where fix_run = ${runId} and position > ${after} and ${inState}
          order by position limit ${limit + 1}`,
        database
      )
      const next = found.length > limit ? found[limit - 1]?.position : undefined
      return { fixes: found.slice(0, limit).map(asFix), ...(next !== undefined && { next }) }
    },

    async *undoLdif(runId, position) {
      const chosen = position === undefined ? sql`true` : sql`position = ${position}`
      // RFC 2849: each file begins with it. The records were kept without.
      yield 'version: 1\n'
      let before = mostFixes
      for (;;) {
        const found = await rows(
          sql<{ position: number; ldif: string }>`
            select position, undo_ldif as ldif from fix
            where fix_run = ${runId} and position < ${before} and ${chosen} and state = 'applied' and undo_ldif is not null
            order by position desc limit ${undoAtATime}`,
          database
        )
        const last = found.at(-1)
        if (last === undefined) return
        yield found.map(({ ldif }) => ldif).join('')
        before = last.position
      }
    },

    async isWaiting(connector) {
      const found = await rows(
        sql`select from fix_run where connector = ${connector} and state in ('queued', 'running') limit 1`,
        database
      )
      return found.length > 0
    },

    async takeRun(connector) {
      const [taken] = await rows(
        sql<{ id: string }>`
          update fix_run set state = 'running', started_at = coalesce(started_at, clock_timestamp())
          where id = (select id from fix_run where connector = ${connector} and state in ('queued', 'running')
                      order by requested_at, id limit 1)
          returning id`,
        database
      )
      return taken === undefined ? undefined : await get(taken.id)
    },

    async pending(runId, limit) {
      const found = await rows(
        sql<FixRow>`select * from fix where fix_run = ${runId} and state = 'pending' order by position limit ${limit}`,
        database
      )
      return found.map(asFix)
    },

    async begin({ runId, position }, { dn, ldif }) {
      await rows(
        sql`update fix set dn = ${dn}, undo_ldif = ${ldif}
            where fix_run = ${runId} and position = ${position} and state = 'pending'`,
        database
      )
    },

    async record({ runId, position }, { state, message }) {
      const isApplied = state === 'applied'
      await rows(
        sql`with done as (
              update fix set state = ${state}, message = ${message?.replaceAll('\0', '?') ?? null},
                undo_ldif = case when ${isApplied} then undo_ldif end,
                applied_at = case when ${isApplied} then clock_timestamp() end
              where fix_run = ${runId} and position = ${position} and state = 'pending' returning *
            )
            insert into journal (connector, object_guid, step, detail)
            select r.connector, d.object_guid, 'fixed', jsonb_build_object(
              'attribute', d.attribute, 'from', d.from_value, 'to', d.to_value, 'fixRun', r.id)
            from done d join fix_run r on r.id = d.fix_run where d.state = 'applied' and d.undo_ldif is not null`,
        database
      )
    },

    complete: runId => end(runId, 'completed', null),
    fail: (runId, error) => end(runId, 'failed', error)
  }
}

function runsWhere(condition: ReturnType<typeof sql>) {
  return sql<FixRunRow>`
    select r.*, c.counts,
      to_char(r.requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '|' || r.id as at
    from fix_run r cross join lateral (
      select coalesce(jsonb_object_agg(state, n), '{}') as counts
      from (select state, count(*) as n from fix where fix_run = r.id group by state) s
    ) c where ${condition}`
}
