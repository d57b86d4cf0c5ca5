import type { ObjectGuid } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import type { PasswordState } from './password-states.ts'

/** What is known of one person's password. */
export interface PersonPassword {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly state: PasswordState
  readonly since: Date
  /** pwdLastSet; null: never, or it must be changed at the next logon. */
  readonly passwordSetAt: Date | null
  /** How often the newest password was set. */
  readonly version: number | null
  readonly versionAt: Date | null
  /** The one that the tenant has. */
  readonly sentVersion: number | null
  readonly sentVersionAt: Date | null
  readonly sentAt: Date | null
  readonly attempts: number
  readonly problem: { readonly code: string; readonly message: string } | null
  readonly retriesAt: Date | null
}

export interface PasswordFilter {
  readonly limit: number
  /** The `next` of an earlier page. */
  readonly after?: string
  readonly state?: PasswordState
  readonly connector?: string
}

/** By objectGUID. */
export async function listPasswords(
  database: Database,
  { limit, after, state, connector }: PasswordFilter
): Promise<{ items: PersonPassword[]; next?: string }> {
  const [guid, ...rest] = (after ?? '').split('|')
  const from =
    after === undefined ? sql`true` : sql`(object_guid, connector) > (${guid}::uuid, ${rest.join('|')})`
  const found = await rows(
    selectPasswords(sql`${from} and (${state ?? null}::text is null or state = ${state ?? null})
      and (${connector ?? null}::text is null or connector = ${connector ?? null})
      order by object_guid, connector limit ${limit + 1}`),
    database
  )
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  return { items, ...(last !== undefined && { next: `${last.objectGuid}|${last.connector}` }) }
}

/** Of one object; more than one where several connectors have it. */
export function readPassword(database: Database, objectGuid: ObjectGuid): Promise<PersonPassword[]> {
  return rows(selectPasswords(sql`object_guid = ${objectGuid} order by connector`), database)
}

export function countPasswords(database: Database): Promise<{ state: PasswordState; people: number }[]> {
  return rows(
    sql<{ state: PasswordState; people: number }>`
      select state, count(*) as people from password_person group by state order by state`,
    database
  )
}

/**
 * Has passwords read and sent again, whatever the tenant has: all of them, page by page, or those of some objects.
 * @returns of how many people
 */
export async function requestResync(
  database: Database,
  which: { readonly all: true } | { readonly objectGuids: readonly ObjectGuid[] }
): Promise<number> {
  if ('objectGuids' in which) {
    const asked = await rows(
      sql`update password_person set asked = asked + 1, due_at = clock_timestamp()
        where object_guid = any(${[...which.objectGuids]}::uuid[]) returning 1`,
      database
    )
    return asked.length
  }
  const [counted] = await rows(
    sql<{ people: number }>`
      with again as (update password_position set cursor = null, epoch = epoch + 1 returning 1),
        asked as (update password_person set asked = asked + 1 returning 1)
      select (select count(*) from asked) as people, (select count(*) from again) as positions`,
    database
  )
  return counted?.people ?? 0
}

function selectPasswords(condition: RawBuilder<unknown>): RawBuilder<PersonPassword> {
  return sql<PersonPassword>`
    select connector, object_guid as "objectGuid", dn, state, since, password_set_at as "passwordSetAt", version,
      version_at as "versionAt", sent_version as "sentVersion", sent_version_at as "sentVersionAt",
      sent_at as "sentAt", attempts, problem, due_at as "retriesAt"
    from password_person where ${condition}`
}
