import { sql } from 'kysely'
import { type Woken, wakeForgottenValues } from './awaited-values.ts'
import { type Database, rows } from './database.ts'
import { deleteGate, deletesMayPass } from './delete-gate.ts'
import { exportIsPending, linkIsPending, readyLinks } from './export-conditions.ts'
import { wakeForgottenMailboxes } from './wake-joins.ts'

/** What the rows still show as pending. The sweeper publishes these again when a wake-up was lost. */
export interface Pending {
  staged(limit: number): Promise<{ connector: string; objectGuid: string }[]>
  /** Those of one connector in the order of their objectGUIDs, beginning after one of these. */
  stagedOf(connector: string, limit: number, after?: string): Promise<string[]>
  /** Entries with attributes, presence or references to export; deletes only while their gate is open. */
  exports(limit: number, deleteThreshold: number): Promise<string[]>
  /** Those of the entries that became pending again while they were being written. */
  exportsAmong(entryIds: readonly string[], deleteThreshold: number): Promise<string[]>
  /** Gives news to objects that wait for a value which nobody has any more, or for an account that is there. */
  wakeForgotten(limit: number): Promise<Woken[]>
  /** Refused writes go back to pending after this time, since the tenant may have changed. */
  reopenRefused(afterSeconds: number): Promise<number>
}

export function pending(database: Database): Pending {
  return {
    staged: limit =>
      rows(
        sql<{ connector: string; objectGuid: string }>`
          select connector, object_guid as "objectGuid" from staged_object
          where revision > synchronised_revision and not scope_pending order by staged_at limit ${limit}`,
        database
      ),

    async stagedOf(connector, limit, after = '00000000-0000-0000-0000-000000000000') {
      const found = await rows(
        sql<{ objectGuid: string }>`
          select object_guid as "objectGuid" from staged_object
          where connector = ${connector} and object_guid > ${after}
            and revision > synchronised_revision and not scope_pending
          order by object_guid limit ${limit}`,
        database
      )
      return found.map(row => row.objectGuid)
    },

    async exports(limit, deleteThreshold) {
      const { open } = await deleteGate(database, deleteThreshold)
      const found = await rows(
        sql<{ id: string }>`
          (select o.entry_id as id from export_object o join export_state s using (entry_id)
           where ${exportIsPending}
             and (o.desired_present or s.entra_state = 'deleted' or ${open}) limit ${limit})
          union
          (select distinct l.source_entry from ${readyLinks} where ${linkIsPending} limit ${limit})`,
        database
      )
      return found.map(row => row.id)
    },

    async exportsAmong(entryIds, deleteThreshold) {
      if (entryIds.length === 0) return []
      const open = await deletesMayPass(database, entryIds, deleteThreshold)
      const found = await rows(
        sql<{ id: string }>`
          select o.entry_id as id from export_object o join export_state s using (entry_id)
          where o.entry_id = any(${entryIds}) and ${exportIsPending}
            and (o.desired_present or s.entra_state = 'deleted' or ${open})
          union
          select l.source_entry from ${readyLinks} where l.source_entry = any(${entryIds}) and ${linkIsPending}`,
        database
      )
      return found.map(row => row.id)
    },

    wakeForgotten: async limit => [
      ...(await wakeForgottenValues(database, limit)),
      ...(await wakeForgottenMailboxes(database, limit))
    ],

    async reopenRefused(afterSeconds) {
      const reopened = await rows(
        sql<{ id: string }>`
          with due as (
            update export_state set refused_at = now()
            where problem is not null and refused_at < now() - make_interval(secs => ${afterSeconds})
            returning entry_id
          ), links as (
            update export_link set refused = false, refused_at = now()
            where refused and refused_at < now() - make_interval(secs => ${afterSeconds})
          )
          update export_object o set refused_revision = 0 from due d where o.entry_id = d.entry_id
          returning o.entry_id as id`,
        database
      )
      return reopened.length
    }
  }
}
