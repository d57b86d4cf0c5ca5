import type { ImportMode, Run, RunState } from '@opendirsync/contracts'
import { type Selectable, sql } from 'kysely'
import { type Database, orMapped, rows } from './database.ts'
import type { Tables } from './tables.ts'

export interface Runs {
  /** Queues a run. A run of the same connector and mode that still waits is given back instead of a second one. */
  request(input: { connector: string; mode: ImportMode; trigger: string }): Promise<Run>
  get(id: string): Promise<Run | undefined>
  /** Newest first. `before` is the `next` of an earlier page. */
  list(input: RunQuery): Promise<{ runs: Run[]; next?: string }>
  /** Takes the oldest queued run of the connector and marks it as running. */
  takeQueued(connector: string): Promise<Run | undefined>
  /** A run that nobody asked for: the importer was woken. */
  start(input: { id: string; connector: string; mode: ImportMode; trigger: string }): Promise<Run>
  count(id: string, page: { reported: number; staged: number; deleted: number }): Promise<void>
  complete(id: string): Promise<void>
  fail(id: string, error: string): Promise<void>
  /** Runs that a dead importer left as running are failed, so that nothing waits for them. */
  failAbandoned(connector: string): Promise<void>
}

interface RunQuery {
  readonly limit: number
  readonly before?: string
  readonly connector?: string
  readonly state?: RunState
}

type RunRow = Selectable<Tables['run']>

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
    async request({ connector, mode, trigger }) {
      const run = await one(sql<RunRow>`
        insert into run (connector, mode, trigger) values (${connector}, ${mode}, ${trigger})
        on conflict (connector, mode) where state = 'queued' do update set trigger = run.trigger
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

    takeQueued: connector =>
      one(sql<RunRow>`
        update run set state = 'running', started_at = clock_timestamp()
        where id = (select id from run where connector = ${connector} and state = 'queued'
                    order by requested_at limit 1 for update skip locked)
        returning *`),

    async start({ id, connector, mode, trigger }) {
      const run = await one(sql<RunRow>`
        insert into run (id, connector, mode, trigger, state, started_at)
        values (${id}, ${connector}, ${mode}, ${trigger}, 'running', clock_timestamp()) returning *`)
      return required(run)
    },

    async count(id, { reported, staged, deleted }) {
      await rows(
        sql`update run set pages = pages + 1, reported = reported + ${reported}, staged = staged + ${staged},
              deleted = deleted + ${deleted} where id = ${id}`,
        database
      )
    },

    complete: id => end(id, 'completed', null),
    fail: (id, error) => end(id, 'failed', error),

    async failAbandoned(connector) {
      await rows(
        sql`update run set state = 'failed', ended_at = clock_timestamp(),
              error = 'The importer stopped before the run ended. The next import goes on from the last committed page.'
            where connector = ${connector} and state = 'running'`,
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

function asRun(row: RunRow): Run {
  return {
    id: row.id,
    connector: row.connector,
    mode: row.mode,
    state: row.state,
    trigger: row.trigger,
    requestedAt: row.requested_at.toISOString(),
    ...(row.started_at === null ? {} : { startedAt: row.started_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    counters: { pages: row.pages, reported: row.reported, staged: row.staged, deleted: row.deleted },
    ...(row.error === null ? {} : { error: row.error })
  }
}
