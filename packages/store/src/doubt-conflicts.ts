import { conflictCodes, type PendingExport, type WriteOutcome } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'

interface Holder {
  readonly entraId: string
  /** What the tenant has of it; null while another exporter is just writing it. */
  readonly values: readonly (string | null)[] | null
  /** It was written since this claim began, so perhaps after our write was refused. */
  readonly recent: boolean | null
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const soonMs = 1_000

/**
 * A value was refused because another object of ours has it, which another exporter may be deleting or renaming at this
 * moment. That one wakes those whose refusal it sees; ours is not written down yet. So a refusal does not count while the
 * other object is being written, or when it gave the value up since our claim began: the write is put off, and soon tried
 * again.
 *
 * Rows are looked at without waiting for their locks: two exporters that each hold what the other looks at would wait
 * for each other.
 */
export async function doubtConflicts(
  trx: DatabaseTransaction,
  pending: readonly PendingExport[],
  outcomes: ReadonlyMap<string, WriteOutcome>
): Promise<ReadonlyMap<string, WriteOutcome>> {
  const conflicts = pending.flatMap(object => {
    const outcome = outcomes.get(object.entryId)
    if (outcome?.result !== 'refused' || !conflictCodes.includes(outcome.problem.code)) return []
    // What was written of it all the same has to be confirmed; the retry of its state brings the rest.
    if (outcome.created !== undefined || outcome.applied !== undefined) return []
    const ids = (outcome.problem.conflictsWith ?? []).map(other => other.entraId).filter(id => uuid.test(id))
    return ids.length === 0 ? [] : [{ object, ids }]
  })
  if (conflicts.length === 0) return outcomes
  const holders = await holdersAmong(
    trx,
    conflicts.flatMap(({ ids }) => ids)
  )
  const doubted = new Map(outcomes)
  for (const { object, ids } of conflicts) {
    const ours = holders.filter(({ entraId }) => ids.includes(entraId))
    if (ours.some(holder => mayBeFree(object, holder))) {
      const reason = 'Another object is just giving up the value.'
      doubted.set(object.entryId, { result: 'later', reason, retryAfterMs: soonMs })
    }
  }
  return doubted
}

async function holdersAmong(trx: DatabaseTransaction, entraIds: readonly string[]): Promise<Holder[]> {
  const { rows } = await sql<Holder>`
    with ours as (
      select entry_id, entra_id from export_state where entra_id = any(${entraIds}::uuid[])
    ), rest as (
      select entry_id, case when entra_state = 'present'
        then array[exported ->> 'userPrincipalName', exported ->> 'mail'] else '{}' end as "values",
        exported_at >= transaction_timestamp() as recent
      from export_state where entry_id in (select entry_id from ours) for share skip locked
    )
    select o.entra_id as "entraId", r.values, r.recent from ours o left join rest r using (entry_id)`.execute(
    trx
  )
  return rows
}

function mayBeFree({ desired }: PendingExport, { values, recent }: Holder): boolean {
  if (values === null) return true
  if (recent !== true) return false
  const had = new Set(values.map(value => value?.toLowerCase()))
  const wanted = [desired.userPrincipalName, desired.mail].flatMap(value =>
    typeof value === 'string' ? value.toLowerCase() : []
  )
  return wanted.length > 0 && !wanted.some(value => had.has(value))
}
