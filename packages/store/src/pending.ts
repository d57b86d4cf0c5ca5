import { sql } from 'kysely'
import { type Woken, wakeForgottenValues } from './awaited-values.ts'
import { type Database, rows } from './database.ts'
import { exportIsPending, linkIsPending, readyLinks } from './export-conditions.ts'
import { holdOfDelete } from './gate/conditions.ts'
import { deletesToSend } from './gate/deletes-to-send.ts'
import type { GateSettings } from './gate/gate-settings.ts'
import { reopenDue } from './reopen-refused.ts'
import { reopenWithheld } from './reopen-withheld.ts'
import { exportIsUrgent } from './urgent.ts'
import { wakeForgottenMailboxes } from './wake-joins.ts'

/** What the rows still show as pending. The sweeper publishes these again when a wake-up was lost. */
export interface Pending {
  staged(limit: number): Promise<{ connector: string; objectGuid: string }[]>
  /** Those of one connector in the order of their objectGUIDs, beginning after one of these. */
  stagedOf(connector: string, limit: number, after?: string): Promise<string[]>
  /** Entries with attributes, presence or references to export; without what waits for a person or for its day. */
  exports(limit: number, gate: GateSettings): Promise<string[]>
  /** Those of them that take access away from somebody. */
  urgentExports(limit: number, gate: GateSettings): Promise<string[]>
  /** Those of the entries that became pending again while they were being written. */
  exportsAmong(entryIds: readonly string[], gate: GateSettings): Promise<PendingEntry[]>
  /** Gives news to objects that wait for a value which nobody has any more, or for an account that is there. */
  wakeForgotten(limit: number): Promise<Woken[]>
  /**
   * Refused writes whose time has come go back to pending, since the tenant may have changed. Up to `limit` objects and
   * as many references. The entries.
   */
  reopenRefused(limit: number): Promise<string[]>
  /**
   * Objects of the tenant that lack one of these attributes, because it was not written when the rest was, go back to
   * pending. How many.
   */
  reopenWithheld(attributes: readonly string[]): Promise<number>
}

export interface PendingEntry {
  readonly id: string
  /** It takes access away from somebody. */
  readonly urgent: boolean
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

    async exports(limit, gate) {
      const deletes = await deletesToSend(database, gate)
      const found = await rows(
        sql<{ id: string }>`
          (select o.entry_id as id from export_object o join export_state s using (entry_id) ${holdOfDelete}
           where ${exportIsPending}
             and (o.desired_present or s.entra_state = 'deleted' or ${deletes}) limit ${limit})
          union
          (select distinct l.source_entry from ${readyLinks} where ${linkIsPending} limit ${limit})`,
        database
      )
      return found.map(row => row.id)
    },

    async urgentExports(limit, gate) {
      const deletes = await deletesToSend(database, gate)
      const found = await rows(
        sql<{ id: string }>`
          select o.entry_id as id from export_object o join export_state s using (entry_id) ${holdOfDelete}
          where ${exportIsPending} and ${exportIsUrgent} and (o.desired_present or ${deletes}) limit ${limit}`,
        database
      )
      return found.map(row => row.id)
    },

    async exportsAmong(entryIds, gate) {
      if (entryIds.length === 0) return []
      const deletes = await deletesToSend(database, gate, entryIds)
      return rows(
        sql<PendingEntry>`
          select id, bool_or(urgent) as urgent from (
            select o.entry_id as id, ${exportIsUrgent} as urgent
            from export_object o join export_state s using (entry_id) ${holdOfDelete}
            where o.entry_id = any(${entryIds}) and ${exportIsPending}
              and (o.desired_present or s.entra_state = 'deleted' or ${deletes})
            union all
            select l.source_entry, false from ${readyLinks}
            where l.source_entry = any(${entryIds}) and ${linkIsPending}) each
          group by id`,
        database
      )
    },

    wakeForgotten: async limit => [
      ...(await wakeForgottenValues(database, limit)),
      ...(await wakeForgottenMailboxes(database, limit))
    ],

    reopenWithheld: attributes => reopenWithheld(database, attributes),

    reopenRefused: limit => reopenDue(database, limit)
  }
}
