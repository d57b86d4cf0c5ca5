import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'

export interface PositionKey {
  readonly connector: string
  readonly namingContext: string
}

/** Where the replication of passwords stands. */
export interface PasswordPosition {
  /** Undefined: everything is to be read. */
  readonly cursor: string | undefined
  /** Another one, once somebody has asked for everything again. */
  readonly epoch: number
}

/** What the tenant has switched on, as far as it matters for passwords. */
export interface PasswordFeatures {
  readonly passwordHashSync: boolean
  /** People can be made to change their password at the next sign-in. */
  readonly forcePasswordChange: boolean
  /** Passwords expire as the tenant says, not never. */
  readonly cloudPasswordPolicy: boolean
}

/** What the API tells of a position. */
export interface PositionState extends PositionKey {
  readonly server: string | null
  /** False: everything is being read, for the first time or again. */
  readonly hasBegun: boolean
  readonly advancedAt: Date | null
  readonly passedAt: Date | null
  readonly newestChangeAt: Date | null
  readonly heartbeatAt: Date | null
  readonly features: PasswordFeatures | null
  readonly problem: { readonly code: string; readonly message: string } | null
  readonly problemSince: Date | null
}

/** Reads it, and begins it where there is none. */
export async function beginPosition(database: Database, key: PositionKey): Promise<PasswordPosition> {
  const [row] = await rows(
    sql<{ cursor: string | null; epoch: number }>`
      insert into password_position as p (connector, naming_context) values (${key.connector}, ${key.namingContext})
      on conflict (connector, naming_context) do update set connector = excluded.connector
      returning p.cursor, p.epoch`,
    database
  )
  return { cursor: row?.cursor ?? undefined, epoch: row?.epoch ?? 0 }
}

/** The directory does not go on from its cursor: everything is read again. */
export async function dropCursor(
  database: Database,
  { connector, namingContext }: PositionKey
): Promise<void> {
  await rows(
    sql`update password_position set cursor = null, epoch = epoch + 1
      where connector = ${connector} and naming_context = ${namingContext}`,
    database
  )
}

export async function recordHeartbeat(
  database: Database,
  { connector, namingContext }: PositionKey,
  features: PasswordFeatures
): Promise<void> {
  await rows(
    sql`update password_position set heartbeat_at = clock_timestamp(), features = ${JSON.stringify(features)}::jsonb
      where connector = ${connector} and naming_context = ${namingContext}`,
    database
  )
}

/** @param problem undefined: there is none any more */
export async function recordProblem(
  database: Database,
  { connector, namingContext }: PositionKey,
  problem: { readonly code: string; readonly message: string } | undefined
): Promise<void> {
  const value = problem === undefined ? null : JSON.stringify(problem)
  await rows(
    sql`update password_position set problem = ${value}::jsonb,
        problem_since = case when ${value}::jsonb is null then null
          when problem ->> 'code' = ${value}::jsonb ->> 'code' then problem_since else clock_timestamp() end
      where connector = ${connector} and naming_context = ${namingContext}
        and problem is distinct from ${value}::jsonb`,
    database
  )
}

export function readPositions(database: Database): Promise<PositionState[]> {
  return rows(
    sql<PositionState>`
      select connector, naming_context as "namingContext", server, cursor is not null as "hasBegun",
        advanced_at as "advancedAt", passed_at as "passedAt", newest_change_at as "newestChangeAt",
        heartbeat_at as "heartbeatAt", features, problem, problem_since as "problemSince"
      from password_position order by connector, naming_context`,
    database
  )
}
