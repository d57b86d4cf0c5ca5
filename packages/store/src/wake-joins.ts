import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { Woken } from './awaited-values.ts'
import { type Database, type DatabaseTransaction, rows } from './database.ts'
import { giveNews } from './give-news.ts'
import { hasKeys, isAlone, isDomainSid, isForTenant } from './joins.ts'
import { linkedMailboxAlone } from './place-objects.ts'

/** A synchronised object, as far as others may be waiting to join it or for it to be out of their way. */
export interface Synchronised {
  readonly objectGuid: ObjectGuid
  readonly objectSid: string | null | undefined
  readonly keysBefore: readonly string[]
  readonly keys: readonly string[]
  /** It has another entry than before, or was let in that was kept out or deleted before. */
  readonly turned: boolean
}

const refers = 'sid>'

/**
 * Who could join nobody, or more than one, is looked at again when one of these has come, gone or given up a key that it
 * shares with them. A row that is locked is passed over.
 */
export async function wakeWaitingToJoin(
  trx: DatabaseTransaction,
  objects: readonly Synchronised[]
): Promise<readonly Woken[]> {
  const keys = [...new Set(objects.flatMap(keysOfInterest))]
  if (keys.length === 0 || (await isAlone(trx))) return []
  const named = keys.flatMap(key => (key.startsWith(refers) ? key.slice(refers.length) : []))
  const { rows } = await sql<Woken>`
    with sharing as (
      select s.* from unnest(${keys}::text[]) as k (key) cross join lateral (select object_guid, connector
        from staged_object where join_keys @> array[k.key] and ${hasKeys} offset 0) s
      union
      select s.* from unnest(${named}::text[]) as k (sid) cross join lateral (select object_guid, connector
        from staged_object where object_sid = k.sid offset 0) s
    ), waiting as (
      select w.* from sharing k cross join lateral (select object_guid, connector from staged_object
        where object_guid = k.object_guid and connector = k.connector and entry_id is null and problem is not null
          and not deleted for update skip locked offset 0) w
    )
    ${giveNews('waiting')}
    returning s.connector, s.object_guid as "objectGuid"`.execute(trx)
  return rows
}

/**
 * The same for linked mailboxes whose account is there all the same: a wake-up passes over rows that are locked, and the
 * account may have been gone for a moment that synchronisation has not seen.
 */
export function wakeForgottenMailboxes(database: Database, limit: number): Promise<Woken[]> {
  return rows(
    sql<Woken>`
      with waiting as (
        select s.object_guid, s.connector from staged_object s
        where s.problem is not null and s.problem ->> 'code' = ${linkedMailboxAlone.code} and not s.deleted
          and s.entry_id is null and s.revision <= s.synchronised_revision and exists (
            select from unnest(s.join_keys) as k (key)
            cross join lateral (select connector, entry_id from staged_object
              where object_sid = substr(k.key, ${refers.length + 1}::integer) and not deleted and out_of_scope is null
                and entry_id is not null and ${isForTenant} offset 0) p
            cross join lateral (select from metaverse_entry
              where id = p.entry_id and object_type = 'user' offset 0) m
            where k.key like ${`${refers}%`} and p.connector <> s.connector)
        limit ${limit} for update of s skip locked
      )
      ${giveNews('waiting')}
      returning s.connector, s.object_guid as "objectGuid"`,
    database
  )
}

function keysOfInterest({ objectSid, keysBefore, keys, turned }: Synchronised): readonly string[] {
  if (!turned) return keysBefore.filter(key => !keys.includes(key))
  return [...keysBefore, ...keys, ...(isDomainSid(objectSid) ? [`${refers}${objectSid}`] : [])]
}
