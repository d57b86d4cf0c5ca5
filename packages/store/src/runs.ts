import type { ImportMode, Run, RunState } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, orMapped, rows } from './database.ts'
import { asRun, type RunRow } from './run-row.ts'

export interface Runs {
  /** Queues a run. A run of the same connector and mode that still waits is given back instead of a second one. */
  request(input: RunRequest): Promise<Run>
  get(id: string): Promise<Run | undefined>
  /** Newest first. `before` is the `next` of an earlier page. */
  list(input: RunQuery): Promise<{ runs: Run[]; next?: string }>
  /** Whether a run of the connector and mode waits or is under way; previews aside. */
  isActive(connector: string, mode: ImportMode): Promise<boolean>
  isQueued(connector: string, mode: ImportMode): Promise<boolean>
  /** Takes the oldest queued run of the connector and mode, and marks it as running. */
  takeQueued(connector: string, mode: ImportMode): Promise<TakenRun | undefined>
  /** A run that nobody asked for: the importer was woken. */
  start(input: { id: string } & Pick<RunRequest, 'connector' | 'mode' | 'trigger' | 'reason'>): Promise<Run>
  /** As many objects as are known of the connector: what a full import is likely to read. */
  expect(id: string, connector: string): Promise<void>
  count(id: string, part: RunCount): Promise<void>
  /** Keeps what is wrong with the input. @param unkept findings that are only counted */
  find(id: string, findings: readonly RunFinding[], unkept?: number): Promise<void>
  /** In the order in which they were found. `after` is the `next` of an earlier page. */
  findings(
    id: string,
    input: { limit: number; after?: number }
  ): Promise<{ findings: RunFinding[]; next?: number }>
  complete(id: string): Promise<void>
  fail(id: string, error: string): Promise<void>
  /**
   * A run that was broken off by something else than what it reads waits again, as if nothing of it had been done; or
   * it is failed, if another one waits already.
   */
  putBack(id: string): Promise<void>
  /**
   * Runs that were left as running, by a dead importer or since their end could not be written down, are failed, so
   * that nothing waits for them. For whoever would carry out the next one.
   */
  failAbandoned(connector: string, mode?: ImportMode): Promise<void>
}

interface RunRequest {
  readonly connector: string
  readonly mode: ImportMode
  readonly trigger: string
  /** Why, where it was not a person. */
  readonly reason?: string
  readonly preview?: boolean
  readonly acceptVanished?: boolean
  /** The file that it reads. */
  readonly uploadId?: string
}

/** A run that an importer has taken, with what only the importer needs to know. */
export interface TakenRun extends Run {
  readonly acceptVanished: boolean
  readonly uploadId: string | undefined
}

interface RunCount {
  /** 1 at the end of a page. */
  readonly pages: number
  readonly reported: number
  readonly staged: number
  readonly unchanged: number
  readonly deleted: number
}

export interface RunFinding {
  readonly line: number
  /** `error`: the line was not used. */
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly column?: string
  readonly message: string
}

interface RunQuery {
  readonly limit: number
  readonly before?: string
  readonly connector?: string
  readonly state?: RunState
}

export function runs(database: Database): Runs {
  const one = async (statement: ReturnType<typeof sql<RunRow>>): Promise<Run | undefined> => {
    const [row] = await rows(statement, database)
    return row === undefined ? undefined : asRun(row)
  }
  const end = async (id: string, state: RunState, error: string | null): Promise<void> => {
    await rows(
      sql`update run set state = ${state}, ended_at = clock_timestamp(), error = ${error} where id = ${id}`,
      database
    )
  }

  return {
    async request({ connector, mode, trigger, reason, preview = false, acceptVanished = false, uploadId }) {
      const run = await one(sql<RunRow>`
        insert into run (connector, mode, trigger, reason, preview, accept_vanished, upload_id)
        values (${connector}, ${mode}, ${trigger}, ${reason ?? null}, ${preview}, ${acceptVanished}, ${uploadId ?? null})
        on conflict (connector, mode, preview) where state = 'queued' do update set
          -- Of two files that wait, the newer one is the directory. What was said of the other one is not about it.
          accept_vanished = excluded.accept_vanished or excluded.upload_id is null and run.accept_vanished,
          reason = case when excluded.upload_id is null then run.reason else excluded.reason end,
          requested_at = case when excluded.upload_id is null then run.requested_at else excluded.requested_at end,
          upload_id = coalesce(excluded.upload_id, run.upload_id)
        returning *`)
      return required(run)
    },

    get: id => one(sql<RunRow>`select * from run where id = ${id}`),

    async list({ limit, before, connector, state }) {
      let query = database
        .selectFrom('run')
        .selectAll()
        .select(positionOf.as('position'))
        .orderBy('requested_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (connector !== undefined) query = query.where('connector', '=', connector)
      if (state !== undefined) query = query.where('state', '=', state)
      if (before !== undefined) query = query.where(earlierThan(before))
      const found = await orMapped(query.execute())
      const next = found.length > limit ? found[limit - 1]?.position : undefined
      return { runs: found.slice(0, limit).map(asRun), ...(next === undefined ? {} : { next }) }
    },

    async isActive(connector, mode) {
      const found = await rows(
        sql`select from run where connector = ${connector} and mode = ${mode} and not preview
            and state in ('queued', 'running') limit 1`,
        database
      )
      return found.length > 0
    },

    async isQueued(connector, mode) {
      const found = await rows(
        sql`select from run where connector = ${connector} and mode = ${mode} and state = 'queued' limit 1`,
        database
      )
      return found.length > 0
    },

    async takeQueued(connector, mode) {
      const [row] = await rows(
        sql<RunRow>`
          update run set state = 'running', started_at = clock_timestamp()
          where id = (select id from run where connector = ${connector} and mode = ${mode} and state = 'queued'
                      order by requested_at limit 1 for update skip locked)
          returning *`,
        database
      )
      if (row === undefined) return undefined
      return { ...asRun(row), acceptVanished: row.accept_vanished, uploadId: row.upload_id ?? undefined }
    },

    async start({ id, connector, mode, trigger, reason }) {
      const run = await one(sql<RunRow>`
        insert into run (id, connector, mode, trigger, reason, state, started_at)
        values (${id}, ${connector}, ${mode}, ${trigger}, ${reason ?? null}, 'running', clock_timestamp()) returning *`)
      return required(run)
    },

    async expect(id, connector) {
      await rows(
        sql`update run set expected = (select count(*) from staged_object s
              where s.connector = ${connector} and not s.deleted) where id = ${id}`,
        database
      )
    },

    async find(id, findings, unkept = 0) {
      if (findings.length + unkept === 0) return
      await rows(
        sql`with found as (
              insert into run_finding (run_id, line, severity, code, column_name, message)
              select ${id}, line, severity, code, "column", message from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb)
                as r (line int, severity text, code text, "column" text, message text)
            )
            update run set findings = findings + ${findings.length + unkept} where id = ${id}`,
        database
      )
    },

    async findings(id, { limit, after = 0 }) {
      const found = await rows(
        sql<
          { id: number } & Pick<RunFinding, 'line' | 'severity' | 'code'> & {
              column: string | null
              message: string
            }
        >`
          select id, line, severity, code, column_name as column, message from run_finding
          where run_id = ${id} and id > ${after} order by id limit ${limit + 1}`,
        database
      )
      const next = found.length > limit ? found[limit - 1]?.id : undefined
      const findings = found.slice(0, limit).map(({ line, severity, code, column, message }) => ({
        line,
        severity,
        code,
        ...(column !== null && { column }),
        message
      }))
      return { findings, ...(next !== undefined && { next }) }
    },

    async count(id, { pages, reported, staged, unchanged, deleted }) {
      await rows(
        sql`update run set pages = pages + ${pages}, reported = reported + ${reported}, staged = staged + ${staged},
              unchanged = unchanged + ${unchanged}, deleted = deleted + ${deleted} where id = ${id}`,
        database
      )
    },

    complete: id => end(id, 'completed', null),
    fail: (id, error) => end(id, 'failed', error),

    async putBack(id) {
      await rows(
        sql`with waiting as (
              select from run r join run q on q.connector = r.connector and q.mode = r.mode and q.preview = r.preview
              where r.id = ${id} and q.state = 'queued'
            ), forgotten as (
              delete from run_finding where run_id = ${id}
            )
            update run set started_at = null, pages = 0, reported = 0, staged = 0, unchanged = 0, deleted = 0,
              findings = 0, expected = null,
              state = case when exists (select from waiting) then 'failed' else 'queued' end,
              ended_at = case when exists (select from waiting) then clock_timestamp() end,
              error = case when exists (select from waiting) then 'It was broken off, and a newer one waits.' end
            where id = ${id} and state = 'running'`,
        database
      )
    },

    async failAbandoned(connector, mode) {
      const fits = mode === undefined ? sql`true` : sql`mode = ${mode}`
      await rows(
        sql`update run set state = 'failed', ended_at = clock_timestamp(),
              error = 'The importer stopped before the run ended. ' || case when upload_id is null
                then 'The next import goes on from the last committed page.'
                else 'Nothing of the file was kept. Hand it in again.' end
            where connector = ${connector} and state = 'running' and ${fits}`,
        database
      )
    }
  }
}

const positionOf = sql<string>`to_char(requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '|' || id`

function earlierThan(position: string) {
  const [at, id] = position.split('|')
  return sql<boolean>`(requested_at, id) < (${at}::timestamptz, ${id}::uuid)`
}

function required(run: Run | undefined): Run {
  if (run === undefined) throw new Error('the database returned no row for an insert')
  return run
}
