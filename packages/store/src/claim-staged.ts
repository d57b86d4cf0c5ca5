import type { AttributeRecord, ObjectGuid, StagedObject } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'

/** A staged object whose row this transaction has locked, with what was last desired of it. */
export interface ClaimedObject extends StagedObject {
  readonly entryId: string | null
  /** The anchor that its metaverse entry was made with; it must never change. */
  readonly entryAnchor: string | null
  readonly desired: DesiredBefore | null
}

export interface DesiredBefore {
  readonly present: boolean
  readonly attributes: AttributeRecord
}

/**
 * Locks those of the objects that have news. SKIP LOCKED: what another consumer or a page in progress
 * holds is passed over. Nothing is lost by that: whoever holds the row publishes the object again after
 * its commit, or has read a revision at least as new.
 */
export async function claimStaged(
  trx: DatabaseTransaction,
  connector: string,
  guids: readonly ObjectGuid[]
): Promise<ClaimedObject[]> {
  const result = await sql<ClaimedObject & { parentGuid: string | null }>`
    select s.connector, s.object_guid as "objectGuid", s.dn, s.parent_guid as "parentGuid",
      s.object_class as "objectClass", s.deleted, s.attributes, s.revision,
      s.synchronised_revision as "synchronisedRevision", s.entry_id as "entryId",
      m.source_anchor as "entryAnchor",
      case when o.entry_id is not null
        then jsonb_build_object('present', o.desired_present, 'attributes', o.desired) end as desired
    from staged_object s
    left join metaverse_entry m on m.id = s.entry_id
    left join export_object o on o.entry_id = s.entry_id
    where s.connector = ${connector} and s.object_guid = any(${guids}) and s.revision > s.synchronised_revision
    order by s.object_guid
    for update of s skip locked`.execute(trx)
  return result.rows.map(row => ({ ...row, parentGuid: row.parentGuid ?? undefined }))
}
