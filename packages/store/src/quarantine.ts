import type { Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'

export interface QuarantinedObject {
  /** Absent: the object has no place in the metaverse. */
  readonly entryId?: string
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
  /** `after` is the `next` of an earlier page. */
  list(input: { limit: number; after?: string }): Promise<{ items: QuarantinedObject[]; next?: string }>
}

/** Living objects with problems, whoever found them: synchronisation, or the tenant that refused a write. */
export const quarantined = sql`(
  select c.connector, c.object_guid, c.dn, c.entry_id, coalesce(m.object_type, c.object_class) as object_type,
    coalesce(m.problems, '[]') || case when c.problem is null then '[]'::jsonb else jsonb_build_array(c.problem) end
      || case when s.problem is null then '[]'::jsonb else jsonb_build_array(s.problem) end
      || coalesce((select jsonb_agg(distinct l.problem) from export_link l
                   where l.source_entry = c.entry_id and l.problem is not null), '[]'::jsonb) as problems,
    coalesce(least(m.problems_since, s.problem_since), c.staged_at) as since
  from staged_object c
  left join metaverse_entry m on m.id = c.entry_id
  left join export_state s on s.entry_id = c.entry_id
  where not c.deleted and m.object_type is distinct from 'contact' and (c.problem is not null or c.entry_id in (
    select id from metaverse_entry where problems <> '[]'
    union select entry_id from export_state where problem is not null
    union select source_entry from export_link where problem is not null)))`

export function quarantine(database: Database): Quarantine {
  return {
    async list({ limit, after }) {
      const [afterGuid, afterConnector = ''] = after?.split('|') ?? []
      const found = await rows(
        sql<Omit<QuarantinedObject, 'entryId'> & { entryId: string | null }>`
          select q.entry_id as "entryId", q.connector, q.object_guid as "objectGuid", q.dn,
            q.object_type as "objectType", q.problems, q.since
          from ${quarantined} q
          where ${after ?? null}::text is null or (q.object_guid, q.connector) > (${afterGuid ?? null}::uuid, ${afterConnector})
          order by q.object_guid, q.connector limit ${limit + 1}`,
        database
      )
      const items = found.slice(0, limit).map(({ entryId, since, ...item }) => ({
        ...(entryId !== null && { entryId }),
        ...item,
        since: new Date(since).toISOString()
      }))
      const last = found.length > limit ? items.at(-1) : undefined
      const next = last === undefined ? undefined : `${last.objectGuid}|${last.connector}`
      return { items, ...(next !== undefined && { next }) }
    }
  }
}
