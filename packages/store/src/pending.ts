import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { deleteGate } from './delete-gate.ts'

/** What the rows still show as pending. The sweeper publishes these again when a wake-up was lost. */
export interface Pending {
  staged(limit: number): Promise<{ connector: string; objectGuid: string }[]>
  /** Entries with attributes, presence or references to export; deletes only while their gate is open. */
  exports(limit: number, deleteThreshold: number): Promise<string[]>
  /** Those of the entries that became pending again while they were being written. */
  exportsAmong(entryIds: readonly string[]): Promise<string[]>
  /** Refused writes go back to pending after this time, since the tenant may have changed. */
  reopenRefused(afterSeconds: number): Promise<number>
}

export function pending(database: Database): Pending {
  return {
    staged: limit =>
      rows(
        sql<{ connector: string; objectGuid: string }>`
          select connector, object_guid as "objectGuid" from staged_object
          where revision > synchronised_revision order by staged_at limit ${limit}`,
        database
      ),

    async exports(limit, deleteThreshold) {
      const { open } = await deleteGate(database, deleteThreshold)
      const found = await rows(
        sql<{ id: string }>`
          (select o.entry_id as id from export_object o join export_state s using (entry_id)
           where o.desired_revision > greatest(o.exported_revision, o.refused_revision)
             and (o.desired_present or s.entra_state <> 'present' or ${open}) limit ${limit})
          union
          (select distinct l.source_entry from export_link l
           join export_state s on s.entry_id = l.source_entry and s.entra_state = 'present'
           join export_state t on t.entry_id = l.target_entry and t.entra_state = 'present'
           where l.desired <> l.exported and not l.refused limit ${limit})`,
        database
      )
      return found.map(row => row.id)
    },

    async exportsAmong(entryIds) {
      if (entryIds.length === 0) return []
      const found = await rows(
        sql<{ id: string }>`
          select entry_id as id from export_object
          where entry_id = any(${entryIds}) and desired_revision > greatest(exported_revision, refused_revision)
          union
          select l.source_entry from export_link l
          join export_state s on s.entry_id = l.source_entry and s.entra_state = 'present'
          join export_state t on t.entry_id = l.target_entry and t.entra_state = 'present'
          where l.source_entry = any(${entryIds}) and l.desired <> l.exported and not l.refused`,
        database
      )
      return found.map(row => row.id)
    },

    async reopenRefused(afterSeconds) {
      const reopened = await rows(
        sql<{ id: string }>`
          with due as (
            update export_state set problem_since = now()
            where problem is not null and problem_since < now() - make_interval(secs => ${afterSeconds})
            returning entry_id
          ), links as (
            update export_link set refused = false, problem_since = now()
            where refused and problem_since < now() - make_interval(secs => ${afterSeconds})
          )
          update export_object o set refused_revision = 0 from due d where o.entry_id = d.entry_id
          returning o.entry_id as id`,
        database
      )
      return reopened.length
    }
  }
}
