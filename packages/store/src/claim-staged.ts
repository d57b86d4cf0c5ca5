import type {
  AttributeRecord,
  EntraState,
  ObjectGuid,
  ObjectType,
  StagedObject
} from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import { asStaged, type Read, stagedColumns } from './staged-columns.ts'

/** A staged object whose row this transaction has locked, with what was last desired of it. */
export interface ClaimedObject extends StagedObject {
  readonly entryId: string | null
  /** By which key it was joined to an entry that another object made. Null: the entry is its own, or it has none. */
  readonly joinedBy: string | null
  /** The anchor that its metaverse entry was made with; it must never change. */
  readonly entryAnchor: string | null
  readonly desired: DesiredBefore | null
  /** It was deleted since synchronisation last saw it, and its references with it; now it lives again. */
  readonly returned: boolean
}

export interface DesiredBefore {
  readonly present: boolean
  readonly attributes: AttributeRecord
  readonly objectType: Exclude<ObjectType, 'contact'>
  readonly sourceAnchor: string
  /** What the tenant was last confirmed to have; an exporter may be changing it at this moment. */
  readonly entraState: EntraState
}

/**
 * Locks those of the objects that have news, and their metaverse entries. SKIP LOCKED: what another consumer or a
 * page in progress holds is passed over. Whoever holds it publishes it again after its commit, or has read a
 * revision at least as new; when a page is undone instead, the sweep finds what is still pending. An object of which
 * it is not decided yet whether it is in scope is passed over too: it is published at the end of its page.
 */
export async function claimStaged(
  trx: DatabaseTransaction,
  connector: string,
  guids: readonly ObjectGuid[]
): Promise<ClaimedObject[]> {
  const locked = await sql<{ guid: string; entryId: string | null }>`
    select object_guid as guid, entry_id as "entryId" from staged_object
    where connector = ${connector} and object_guid = any(${guids}) and revision > synchronised_revision
      and not scope_pending
    order by object_guid for update skip locked`.execute(trx)
  const entryIds = locked.rows.flatMap(row => row.entryId ?? [])
  // Two objects may have shared an entry, one after the other: their news is taken one at a time.
  await sql`select from metaverse_entry where id = any(${entryIds}) order by id for update`.execute(trx)
  // A statement of its own: it sees what others have committed before the locks were ours.
  const result = await sql<Read<ClaimedObject>>`
    select ${stagedColumns('s')}, s.entry_id as "entryId", s.joined_by as "joinedBy",
      m.source_anchor as "entryAnchor", not s.deleted and s.deleted_revision > s.synchronised_revision as returned,
      ${desiredBefore} as desired
    from staged_object s
    left join metaverse_entry m on m.id = s.entry_id
    left join export_object o on o.entry_id = s.entry_id
    left join export_state e on e.entry_id = s.entry_id
    where s.connector = ${connector} and s.object_guid = any(${locked.rows.map(row => row.guid)})
    order by s.object_guid`.execute(trx)
  return result.rows.map(asStaged)
}

/** What is desired now, of an entry `o` and its state `e`. */
export const desiredBefore = sql`case when o.entry_id is not null then jsonb_build_object(
  'present', o.desired_present, 'attributes', o.desired, 'objectType', o.object_type,
  'sourceAnchor', o.source_anchor, 'entraState', e.entra_state) end`
