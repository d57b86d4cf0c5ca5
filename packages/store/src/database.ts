import { UnavailableError } from '@opendirsync/contracts'
import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely'
import { type ClientConfig, Pool, type PoolClient, types } from 'pg'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
export type DatabaseTransaction = Transaction<Tables>

const int8Oid = 20

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string
  /** Connections at the most. The exporter holds one for each write in flight. */
  readonly poolSize?: number
  readonly onLost?: (error: Error) => void
}

export function clientConfig(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'opendirsync',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // Revisions and counts stay far below 2^53; numbers are what the callers compare.
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8Oid ? Number : types.getTypeParser(oid, format as 'text')
    } as unknown as NonNullable<ClientConfig['types']>
  }
}

export function openDatabase({ url, poolSize = 10, onLost }: DatabaseOptions): Database {
  const pool = new Pool({ ...clientConfig(url), max: poolSize })
  // Without a listener a lost idle connection would end the process. The next query connects anew.
  pool.on('error', error => onLost?.(error))
  pool.on('connect', (client: PoolClient) => client.on('error', error => onLost?.(error)))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/**
 * Runs a statement and gives its rows.
 *
 * @throws UnavailableError('postgres') when the server cannot be reached or is stopping.
 */
export async function rows<Row>(statement: RawBuilder<Row>, database: Database): Promise<Row[]> {
  return (await orMapped(statement.execute(database))).rows
}

/** One transaction, READ COMMITTED: each statement sees what others have committed before it. */
export function transact<T>(database: Database, work: (trx: DatabaseTransaction) => Promise<T>): Promise<T> {
  return orMapped(database.transaction().execute(work))
}

/**
 * For transactions each statement of which is about a few rows, and finds them by their keys. The planner counts on
 * averages: with one group of 250,000 among small ones it would expect thousands, read whole tables, and compile the statement first.
 */
export async function lookUpByKey(trx: DatabaseTransaction): Promise<void> {
  await sql`select set_config(name, 'off', true)
    from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit']) as name`.execute(trx)
}

/** The answer, or its error as one of ours. */
export async function orMapped<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw mapError(cause)
  }
}

const connectionCodes = /^(08|53|55P03|57|58|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/
/** Deadlock and serialisation failure: PostgreSQL undid one of two transactions, which may simply run again. */
const rivalCodes = /^(40P01|40001)$/

/** The one place where a foreign error of PostgreSQL becomes one of ours. */
export function mapError(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  const code = 'code' in cause ? String(cause.code) : ''
  const lost = /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(
    cause.message
  )
  if (rivalCodes.test(code)) {
    return new UnavailableError(
      'postgres',
      `Two transactions were in each other's way (${code}). It is tried again.`,
      {
        cause
      }
    )
  }
  if (!connectionCodes.test(code) && !lost) return cause
  return new UnavailableError(
    'postgres',
    `PostgreSQL does not answer (${code || cause.message}). Check POSTGRES_URL and that the server is running; the work goes on by itself afterwards.`,
    { cause }
  )
}
