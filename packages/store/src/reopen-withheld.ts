import { sql } from 'kysely'
import type { Database } from './database.ts'

/**
 * Objects of the tenant that lack one of these attributes, because it was not written when the rest was, become pending
 * again.
 *
 * @returns how many
 */
export async function reopenWithheld(database: Database, attributes: readonly string[]): Promise<number> {
  const reopened = await sql`
    update export_object o set exported_revision = 0 from export_state s
    where s.entry_id = o.entry_id and s.entra_state = 'present' and o.desired_present
      and o.exported_revision >= o.desired_revision
      and exists (
        select from unnest(${attributes}::text[]) as attribute
        where o.desired ? attribute and not coalesce(s.exported, '{}') ? attribute
      )`.execute(database)
  return Number(reopened.numAffectedRows ?? 0)
}
