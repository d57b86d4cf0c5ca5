import { sql } from 'kysely'
import { type Database, rows } from './database.ts'

/** The object of a directory that an object of the tenant was made from. */
export interface OurObject {
  readonly connector: string
  readonly objectGuid: string
  readonly dn: string
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Those of the tenant's ids that are objects of ours, by the id as it was given. */
export async function nameOurs(
  database: Database,
  entraIds: readonly string[]
): Promise<Map<string, OurObject>> {
  const wanted = [...new Set(entraIds)].filter(id => uuid.test(id))
  if (wanted.length === 0) return new Map()
  const found = await rows(
    sql<OurObject & { entraId: string }>`
      select distinct on (id) id as "entraId", c.connector, c.object_guid as "objectGuid", c.dn
      from unnest(${wanted}::text[]) id
      join export_state s on s.entra_id = id::uuid
      join staged_object c on c.entry_id = s.entry_id and not c.deleted
      order by id, c.connector`,
    database
  )
  return new Map(found.map(({ entraId, ...object }) => [entraId, object]))
}
