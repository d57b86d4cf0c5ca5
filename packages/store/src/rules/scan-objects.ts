import type { AttributeRecord, ObjectGuid, StagedObject } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { asStaged, type Read, stagedColumns } from '../staged-columns.ts'

/** One staged object with everything that rules need to say what becomes of it. */
export interface ScannedObject {
  readonly object: StagedObject
  readonly entryId: string | undefined
  /** The entry's anchor. */
  readonly anchor: string | undefined
  /** By which key it was joined to another object's entry. */
  readonly joinedBy: string | undefined
  /** The living objects of the same entry, itself among them, in the order in which their connectors were made. */
  readonly contributors: readonly StagedObject[]
  /** As the tenant should have it now; undefined: it should not. */
  readonly desired: AttributeRecord | undefined
}

/**
 * Living objects in the order of their objectGUIDs. All rows of one objectGUID come together.
 *
 * @param after the last objectGUID of the page before
 */
export async function scanObjects(
  database: Database,
  { after, limit }: { after: ObjectGuid | undefined; limit: number }
): Promise<ScannedObject[]> {
  const page = sql`(
    select distinct object_guid from staged_object
    where object_guid > ${after ?? '00000000-0000-0000-0000-000000000000'} order by object_guid limit ${limit})`
  return scanned(database, sql`s.object_guid in ${page}`)
}

/** All that the connectors have under one objectGUID. */
export function scanObject(database: Database, objectGuid: ObjectGuid): Promise<ScannedObject[]> {
  return scanned(database, sql`s.object_guid = ${objectGuid}`)
}

interface ScannedRow extends Read<StagedObject> {
  readonly entryId: string | null
  readonly anchor: string | null
  readonly joinedBy: string | null
  readonly contributors: Read<StagedObject>[] | null
  readonly desired: AttributeRecord | null
}

async function scanned(database: Database, which: RawBuilder<unknown>): Promise<ScannedObject[]> {
  const found = await rows(
    sql<ScannedRow>`
      select ${stagedColumns('s')}, s.entry_id as "entryId", m.source_anchor as anchor, s.joined_by as "joinedBy",
        case when o.desired_present then o.desired end as desired,
        case when exists (select from staged_object j where j.entry_id = s.entry_id and j.joined_by is not null) then (
          select jsonb_agg(to_jsonb(c) order by c.rank) from (
            select ${stagedColumns('t')}, row_number() over (order by k.created_at, k.name) as rank
            from staged_object t join connector k on k.name = t.connector
            where t.entry_id = s.entry_id and not t.deleted and t.out_of_scope is null) c) end as contributors
      from staged_object s
      left join metaverse_entry m on m.id = s.entry_id
      left join export_object o on o.entry_id = s.entry_id
      where ${which} and not s.deleted order by s.object_guid, s.connector`,
    database
  )
  return found.map(({ entryId, anchor, joinedBy, contributors, desired, ...row }) => ({
    object: asStaged(row),
    entryId: entryId ?? undefined,
    anchor: anchor ?? undefined,
    joinedBy: joinedBy ?? undefined,
    contributors: (contributors ?? [row]).map(asStaged),
    desired: desired ?? undefined
  }))
}
