import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows, transact } from '../database.ts'
import { readyLinks } from '../export-conditions.ts'
import { holdOfRemoval, isRemoval } from './conditions.ts'
import type { GateSettings } from './gate-settings.ts'
import { holdRemovals } from './hold-removals.ts'
import { gateLock } from './pass-deletes.ts'
import { removalVerdicts } from './removal-verdicts.ts'

/** A member that a group may lose, as it was when that was decided. */
export interface PassedRemoval {
  readonly source: string
  readonly target: string
  readonly removal: number
  readonly approved: boolean
}

/**
 * Which members these groups may lose, at most `limit`. The others are held; all other changes of the groups go on.
 * Messages without a removal cost one look.
 */
export async function passRemovals(
  database: Database,
  sourceEntryIds: readonly string[],
  { limit, settings }: { readonly limit: number; readonly settings: GateSettings }
): Promise<readonly PassedRemoval[]> {
  const [some] = await rows(
    sql`select from export_link l where l.source_entry = any(${sourceEntryIds}) and ${isRemoval} limit 1`,
    database
  )
  if (some === undefined) return []
  return transact(database, async trx => {
    await sql`select pg_advisory_xact_lock(${gateLock})`.execute(trx)
    await numberRemovals(trx, sourceEntryIds)
    // First: what is counted after them is at least as much as these.
    const candidates = await candidatesAmong(trx, sourceEntryIds, limit)
    const undecided = candidates.filter(({ approved }) => !approved)
    const closed = await removalVerdicts(trx, [...new Set(undecided.map(({ source }) => source))], settings)
    for (const [source, exceeded] of closed) await holdRemovals(trx, source, exceeded)
    return candidates.filter(({ approved, source }) => approved || !closed.has(source))
  })
}

/**
 * Those that nobody has counted yet: a member that was there before came back without its group. What synchronisation is
 * just changing stays without a number, so that it does not pass, and its turn comes again.
 */
async function numberRemovals(trx: DatabaseTransaction, sources: readonly string[]): Promise<void> {
  await sql`
    with unnumbered as (
      select l.source_entry, l.attribute, l.target_entry from export_link l
      where l.source_entry = any(${sources}) and ${isRemoval} and l.removal is null
      order by l.source_entry, l.target_entry for update skip locked
    )
    update export_link l set removal = nextval('link_removal') from unnumbered u
    where l.source_entry = u.source_entry and l.attribute = u.attribute and l.target_entry = u.target_entry
      and not l.desired`.execute(trx)
}

async function candidatesAmong(
  trx: DatabaseTransaction,
  sources: readonly string[],
  limit: number
): Promise<PassedRemoval[]> {
  const result = await sql<PassedRemoval>`
    select l.source_entry as source, l.target_entry as target, l.removal, h.id is not null as approved
    from ${readyLinks} ${holdOfRemoval}
    where l.source_entry = any(${sources}) and ${isRemoval} and coalesce(h.state, 'approved') = 'approved'
    order by l.source_entry, l.target_entry limit ${limit}`.execute(trx)
  return result.rows
}
