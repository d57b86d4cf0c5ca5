import { type RawBuilder, sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { deleteIsDue, holdOfDelete } from './conditions.ts'
import { type DeletedType, type DeleteVerdict, deleteVerdict } from './delete-verdicts.ts'
import type { GateSettings } from './gate-settings.ts'

const types: readonly DeletedType[] = ['user', 'group']

/**
 * The condition, beside `holdOfDelete`, for deletes that an exporter can do something about: those that were approved, and
 * those that nobody has decided and the gate does not leave waiting.
 *
 * @param among looks at these entries alone, and leaves out what would be held
 */
export async function deletesToSend(
  database: Database,
  settings: GateSettings,
  among?: readonly string[]
): Promise<RawBuilder<boolean>> {
  const outcomes: readonly DeleteVerdict['outcome'][] = among === undefined ? ['open', 'closed'] : ['open']
  const passing: DeletedType[] = []
  for (const type of await undecidedTypes(database, settings, among)) {
    if (outcomes.includes((await deleteVerdict(database, type, settings)).outcome)) passing.push(type)
  }
  return sql`(${deleteIsDue(settings)}
    and (h.state = 'approved' or h.id is null and o.object_type = any(${passing}::text[])))`
}

async function undecidedTypes(
  database: Database,
  settings: GateSettings,
  among: readonly string[] | undefined
): Promise<DeletedType[]> {
  const these = among === undefined ? sql`true` : sql`o.entry_id = any(${among})`
  const found = await rows(
    sql<{ type: DeletedType }>`
      select type from unnest(${types}::text[]) as k (type) where exists (
        select from export_object o join export_state s using (entry_id) ${holdOfDelete}
        where ${these} and o.object_type = k.type and ${deleteIsDue(settings)} and h.id is null)`,
    database
  )
  return found.map(row => row.type)
}
