import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows, transact } from '../database.ts'
import { deleteIsDue, deleteStep, holdOfDelete } from './conditions.ts'
import { type DeletedType, type DeleteVerdict, deleteVerdict } from './delete-verdicts.ts'
import type { GateSettings } from './gate-settings.ts'
import { holdDeletes } from './hold-deletes.ts'

/** A delete that may be written, as it was when that was decided. */
export interface PassedDelete {
  readonly id: string
  readonly revision: number
  readonly step: 'delete' | 'disable'
}

interface Candidate extends PassedDelete {
  readonly type: DeletedType
  readonly state: 'held' | 'approved' | 'refused' | null
}

/** Any fixed number: it puts the gate decisions of all exporters in one row, so that each sees what the others hold. */
export const gateLock = 4_711_003

/**
 * Which deletes among these entries may be written. The others are held, or wait for what is still coming. Asked in a
 * short transaction of its own before the claim, so that nothing waits for Graph under its lock; and written down before
 * anything is sent, so that a crash changes nothing. Entries without a delete cost one look.
 */
export async function passDeletes(
  database: Database,
  entryIds: readonly string[],
  settings: GateSettings
): Promise<readonly PassedDelete[]> {
  const [some] = await rows(
    sql`
      select from export_object o join export_state s using (entry_id)
      where o.entry_id = any(${entryIds}) and ${deleteIsDue(settings)} limit 1`,
    database
  )
  if (some === undefined) return []
  return transact(database, async trx => {
    await sql`select pg_advisory_xact_lock(${gateLock})`.execute(trx)
    // First: what is counted after them is at least as much as these.
    const candidates = await candidatesAmong(trx, entryIds, settings)
    const verdicts = await verdictsFor(trx, candidates, settings)
    for (const [type, { outcome, exceeded }] of verdicts) {
      if (outcome !== 'closed' || exceeded === undefined) continue
      const own = candidates.filter(each => each.type === type && each.state === null)
      await holdDeletes(trx, own, exceeded)
    }
    return candidates.filter(
      ({ state, type }) => state === 'approved' || (state === null && verdicts.get(type)?.outcome === 'open')
    )
  })
}

async function candidatesAmong(
  trx: DatabaseTransaction,
  entryIds: readonly string[],
  settings: GateSettings
): Promise<Candidate[]> {
  const result = await sql<Candidate>`
    select o.entry_id as id, o.desired_revision as revision, o.object_type as type, h.state, ${deleteStep(settings)} as step
    from export_object o join export_state s using (entry_id) ${holdOfDelete}
    where o.entry_id = any(${entryIds}) and ${deleteIsDue(settings)}`.execute(trx)
  return result.rows
}

/** Of the types that something undecided is of. */
async function verdictsFor(
  trx: DatabaseTransaction,
  candidates: readonly Candidate[],
  settings: GateSettings
): Promise<Map<DeletedType, DeleteVerdict>> {
  const types = new Set(candidates.filter(({ state }) => state === null).map(({ type }) => type))
  const verdicts = new Map<DeletedType, DeleteVerdict>()
  for (const type of types) verdicts.set(type, await deleteVerdict(trx, type, settings))
  return verdicts
}
