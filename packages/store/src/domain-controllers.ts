import { sql } from 'kysely'
import { type Database, rows } from './database.ts'

/** What a domain controller says of itself when it is connected to. */
export interface ControllerState {
  readonly connector: string
  /** Its DNS host name. */
  readonly server: string
  /** The identity of its copy of the database (MS-ADTS section 3.1.1.1.9). */
  readonly invocationId: string
  /** highestCommittedUSN: the number of its newest change, decimal. */
  readonly highestUsn: string
}

/**
 * - `known`: nothing special, or never seen before.
 * - `restored`: another identity than last time. It was restored from a backup or made anew.
 * - `rolled-back`: the same identity, but older than it was. A snapshot was put back behind its back; it may
 *   give the same numbers to other changes, and nothing that counts by them can be relied on.
 */
export type ControllerHistory = 'known' | 'restored' | 'rolled-back'

/** Compares with what the controller said when it was last remembered. */
export async function recogniseController(
  database: Database,
  now: ControllerState
): Promise<ControllerHistory> {
  const [before] = await rows(
    sql<{ invocationId: string; highestUsn: string }>`
      select invocation_id as "invocationId", highest_usn::text as "highestUsn" from domain_controller
      where connector = ${now.connector} and server = ${now.server}`,
    database
  )
  if (before === undefined) return 'known'
  if (before.invocationId !== now.invocationId) return 'restored'
  return BigInt(now.highestUsn) < BigInt(before.highestUsn) ? 'rolled-back' : 'known'
}

/** Remembers what it says now. After what had to be done about its history, so that a crash in between repeats that. */
export async function rememberController(database: Database, now: ControllerState): Promise<void> {
  await rows(
    sql`
      insert into domain_controller (connector, server, invocation_id, highest_usn)
      values (${now.connector}, ${now.server}, ${now.invocationId}, ${now.highestUsn}::bigint)
      on conflict (connector, server) do update set invocation_id = excluded.invocation_id,
        highest_usn = excluded.highest_usn, seen_at = clock_timestamp()`,
    database
  )
}
