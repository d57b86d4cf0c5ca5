import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { keyId } from '../readiness/keys.ts'
import type { LikelyTakeover, UserKeys } from './pending-exports.ts'

/** A user who is to be created, by what an account of the tenant may be the same person's. */
export interface NewUser {
  readonly entryId: string
  readonly sourceAnchor: string
  /** Its userPrincipalName. */
  readonly name: UserKeys
  /** Its mail. */
  readonly mail: UserKeys
}

/**
 * The accounts that were in the tenant at its last snapshot, have no other anchor, and are no object of ours. The first
 * way counts that the exporter would go first. A secondary address is taken for a primary one here: the snapshot does
 * not tell them apart.
 */
export async function likelyTakeovers(
  database: Database,
  users: readonly NewUser[]
): Promise<LikelyTakeover[]> {
  if (users.length === 0) return []
  const wanted = users.map(({ entryId, sourceAnchor, name, mail }) => ({
    entryId,
    sourceAnchor,
    text: name[0]?.value ?? '',
    name: name.map(keyId),
    mail: mail.map(keyId)
  }))
  return rows(
    sql<LikelyTakeover>`
      select w."entryId", found.by, found.entra_id as "entraId", found.user_principal_name as "userPrincipalName"
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
        as w ("entryId" uuid, "sourceAnchor" text, text text, name uuid[], mail uuid[])
      cross join lateral (
        select * from (
          select 1 as turn, 'immutableId' as by, t.* from tenant_object t where t.immutable_id = w."sourceAnchor"
          union all
          select 2, 'userPrincipalName', t.* from tenant_object t
          where t.keys && w.name and lower(t.user_principal_name) = w.text and t.immutable_id is null
          union all
          select 3, 'mail', t.* from tenant_object t where t.keys && w.mail and t.immutable_id is null
        ) way
        where object_type = 'user' and not exists (select from export_state s where s.entra_id = way.entra_id)
        order by turn limit 1
      ) found`,
    database
  )
}
