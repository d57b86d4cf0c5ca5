import type { Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { quarantinedEntries } from './summary.ts'

export interface QuarantinedObject {
  readonly entryId: string
  readonly connector: string
  readonly objectGuid: string
  readonly dn: string
  readonly objectType: string
  readonly problems: readonly Problem[]
  /** ISO 8601. */
  readonly since: string
}

/** What did not arrive, or not as it should be, and why. */
export interface Quarantine {
  list(input: { limit: number; after?: string }): Promise<{ items: QuarantinedObject[]; next?: string }>
}

export function quarantine(database: Database): Quarantine {
  return {
    async list({ limit, after }) {
      const found = await rows(
        sql<QuarantinedObject>`
          select q.entry_id as "entryId", c.connector, c.object_guid as "objectGuid", c.dn,
            m.object_type as "objectType", q.problems, coalesce(q.since, now()) as since
          from ${quarantinedEntries} q
          join metaverse_entry m on m.id = q.entry_id
          join staged_object c on c.entry_id = q.entry_id and not c.deleted
          where ${after ?? null}::uuid is null or q.entry_id > ${after ?? null}::uuid
          order by q.entry_id limit ${limit + 1}`,
        database
      )
      const items = found
        .slice(0, limit)
        .map(item => ({ ...item, since: new Date(item.since).toISOString() }))
      const next = found.length > limit ? items.at(-1)?.entryId : undefined
      return { items, ...(next === undefined ? {} : { next }) }
    }
  }
}
