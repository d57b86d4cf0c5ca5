import type { AttributeRecord, EntraState, ObjectGuid, ObjectType, Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { type ScannedObject, scanObject, scanObjects } from './rules/scan-objects.ts'

/** What is known of one metaverse entry and of the object of the tenant that it is. */
export interface EntryState {
  readonly entryId: string
  readonly objectType: ObjectType
  readonly sourceAnchor: string
  readonly attributes: AttributeRecord
  readonly problems: readonly Problem[]
  /** Null: it was never meant for the tenant. */
  readonly desired: AttributeRecord | null
  readonly desiredPresent: boolean
  readonly pending: boolean
  /** What the tenant was last confirmed to have. */
  readonly exported: AttributeRecord | null
  readonly entraId: string | null
  readonly entraState: EntraState
  readonly exportedAt: Date | null
  /** Why the tenant refused the last write. */
  readonly refusal: Problem | null
}

export interface Objects {
  /**
   * The objectGUIDs of what a person calls by a distinguished name, an objectGUID, a user principal name or an
   * immutableId. More than one where several directories have the same.
   */
  locate(name: string): Promise<ObjectGuid[]>
  /** Living objects, with what is joined to each. */
  scan(page: { after: ObjectGuid | undefined; limit: number }): Promise<ScannedObject[]>
  /** All that the connectors have under one objectGUID, as far as it lives. */
  read(objectGuid: ObjectGuid): Promise<ScannedObject[]>
  entry(entryId: string): Promise<EntryState | undefined>
}

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const most = 20

export function objects(database: Database): Objects {
  return {
    scan: page => scanObjects(database, page),
    read: objectGuid => scanObject(database, objectGuid),

    async locate(name) {
      const text = name.trim()
      const found = guidPattern.test(text)
        ? sql`select object_guid from staged_object where object_guid = ${text.toLowerCase()}`
        : sql`
          select object_guid from staged_object where lower(dn) = lower(${text}) and not deleted
          union
          select s.object_guid from metaverse_entry m join staged_object s on s.entry_id = m.id
          where m.source_anchor = ${text} and not s.deleted
          union
          select object_guid from staged_object
          where lower(attributes -> 'userPrincipalName' ->> 0) = lower(${text}) and not deleted
          union
          select s.object_guid from claimed_value c join staged_object s on s.entry_id = c.entry_id
          where c.value = lower(${text}) and c.attribute = 'userPrincipalName' and not s.deleted`
      const guids = await rows(
        sql<{ guid: string }>`select distinct object_guid as guid from (${found}) f order by 1 limit ${most}`,
        database
      )
      return guids.map(row => row.guid)
    },

    async entry(entryId) {
      const [row] = await rows(
        sql<EntryState>`
          select m.id as "entryId", m.object_type as "objectType", m.source_anchor as "sourceAnchor", m.attributes, m.problems,
            o.desired, coalesce(o.desired_present, false) as "desiredPresent",
            coalesce(o.desired_revision > o.exported_revision, false) as pending,
            s.exported, s.entra_id as "entraId", coalesce(s.entra_state, 'absent') as "entraState",
            s.exported_at as "exportedAt", s.problem as refusal
          from metaverse_entry m left join export_object o on o.entry_id = m.id
          left join export_state s on s.entry_id = m.id where m.id = ${entryId}`,
        database
      )
      return row
    }
  }
}
