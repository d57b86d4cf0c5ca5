import type { Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { anchorChanged } from './anchor-changed.ts'
import type { DatabaseTransaction } from './database.ts'
import { type Decided, keepsAnchor } from './decide-entries.ts'

/**
 * Writes what the metaverse has of each entry, and what keeps it from the tenant.
 *
 * @param unclaimed by entry, the values that another entry has already
 */
export async function writeEntries(
  trx: DatabaseTransaction,
  decided: readonly Decided[],
  unclaimed: ReadonlyMap<string, readonly Problem[]>
): Promise<void> {
  const records = decided.flatMap(item => {
    const { object, decision } = item
    if (object.entryId === null || decision === undefined) return []
    return {
      id: object.entryId,
      attributes: decision.outcome === 'projected' ? decision.attributes : null,
      problems: [...problemsOf(item), ...(unclaimed.get(object.entryId) ?? [])]
    }
  })
  if (records.length === 0) return
  await sql`
    update metaverse_entry m set attributes = coalesce(nullif(r.attributes, 'null'), m.attributes), problems = r.problems,
      problems_since = case when r.problems = '[]' then null else coalesce(m.problems_since, now()) end, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (id uuid, attributes jsonb, problems jsonb)
    where m.id = r.id and (m.attributes, m.problems) is distinct from
      (coalesce(nullif(r.attributes, 'null'), m.attributes), r.problems)`.execute(trx)
}

function problemsOf({ object, judgement, decision }: Decided): readonly Problem[] {
  if (decision === undefined) return []
  // A linked mailbox whose account has left is for the tenant, and is nobody by itself.
  if (decision.outcome === 'out-of-scope') return judgement.outcome === 'in-scope' ? [decision.reason] : []
  if (decision.outcome === 'failed') return [decision.problem]
  if (object.entryAnchor === null || keepsAnchor(object, decision)) return decision.problems
  return [anchorChanged(object.entryAnchor, decision.anchors[0] ?? ''), ...decision.problems]
}
