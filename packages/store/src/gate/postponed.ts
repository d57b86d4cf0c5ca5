import type { ObjectType } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'

/** A delete that waits for its day. The account is disabled. */
export interface PostponedDelete {
  readonly entryId: string
  readonly objectType: Exclude<ObjectType, 'contact'>
  readonly entraId?: string
  readonly dn?: string
  readonly displayName?: string
  readonly userPrincipalName?: string
  /** ISO 8601: since when it is to be deleted. */
  readonly since: string
  /** ISO 8601; missing: never. */
  readonly dueAt?: string
}

type Row = Omit<
  PostponedDelete,
  'since' | 'dueAt' | 'entraId' | 'dn' | 'displayName' | 'userPrincipalName'
> & {
  readonly since: Date
  readonly dueAt: Date | null
} & Readonly<Record<'entraId' | 'dn' | 'displayName' | 'userPrincipalName', string | null>>

export async function listPostponed(
  database: Database,
  { limit, after }: { limit: number; after?: string }
): Promise<{ items: PostponedDelete[]; next?: string }> {
  const found = await rows(
    sql<Row>`
      select o.entry_id as "entryId", o.object_type as "objectType", s.entra_id as "entraId", c.dn,
        o.desired ->> 'displayName' as "displayName", o.desired ->> 'userPrincipalName' as "userPrincipalName",
        o.desired_at as since, o.desired_at + make_interval(days => p.after_days) as "dueAt"
      from export_object o join export_state s using (entry_id)
      left join delete_policy p on true
      left join lateral (select dn from staged_object where entry_id = o.entry_id
        order by joined_by is null desc, staged_at desc limit 1) c on true
      where ${isPostponed} and o.entry_id > ${after ?? '00000000-0000-0000-0000-000000000000'}
      order by o.entry_id limit ${limit + 1}`,
    database
  )
  const items = found.slice(0, limit).map(asPostponed)
  const next = found.length > limit ? items.at(-1)?.entryId : undefined
  return { items, ...(next !== undefined && { next }) }
}

/** Of `export_object o`: the policy has put its delete off, and its day has not come. */
export const isPostponed = sql`(not o.desired_present and o.postponed_revision = o.desired_revision
  and o.desired_revision > o.exported_revision and exists (select from delete_policy p
    where p.after_days is null or o.desired_at > now() - make_interval(days => p.after_days)))`

function asPostponed({
  entryId,
  objectType,
  since,
  dueAt,
  entraId,
  dn,
  displayName,
  userPrincipalName
}: Row) {
  return {
    entryId,
    objectType,
    ...(entraId !== null && { entraId }),
    ...(dn !== null && { dn }),
    ...(displayName !== null && { displayName }),
    ...(userPrincipalName !== null && { userPrincipalName }),
    since: since.toISOString(),
    ...(dueAt !== null && { dueAt: dueAt.toISOString() })
  }
}
