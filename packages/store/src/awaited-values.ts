import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows } from './database.ts'
import { giveNews } from './give-news.ts'

export interface Released {
  readonly attribute: string
  readonly value: string
}

interface Waiting extends Released {
  readonly entry: string
}

/** What these entries want and did not get. Of whatever else they waited for they have no news to expect. */
export async function rememberWaiting(
  trx: DatabaseTransaction,
  entries: readonly string[],
  losses: readonly Waiting[]
): Promise<void> {
  if (entries.length === 0) return
  await sql`
    with lost as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(losses)}::jsonb) as l (entry uuid, attribute text, value text)
    ), forgotten as (
      delete from awaited_value a where a.entry_id = any(${entries}) and not exists (
        select from lost l where l.entry = a.entry_id and l.attribute = a.attribute)
    )
    insert into awaited_value (entry_id, attribute, value) select entry, attribute, value from lost order by entry, attribute
    on conflict (entry_id, attribute) do update set value = excluded.value`.execute(trx)
}

export interface Woken {
  readonly connector: string
  readonly objectGuid: ObjectGuid
}

/** Whoever waits for a value that was given up is looked at again. Called when the rows know their entries. */
export async function wakeWaiting(
  trx: DatabaseTransaction,
  released: readonly Released[]
): Promise<readonly Woken[]> {
  if (released.length === 0) return []
  const { rows } = await sql<Woken>`
    with waiting as (
      select s.object_guid, s.connector
      from jsonb_to_recordset(${JSON.stringify(released)}::jsonb) as r (attribute text, value text)
      cross join lateral (select entry_id from awaited_value a
        where a.value = r.value and a.attribute = r.attribute offset 0) a
      join staged_object s on s.entry_id = a.entry_id and not s.deleted
      order by s.object_guid for update of s skip locked
    )
    ${giveNews('waiting')}
    returning s.connector, s.object_guid as "objectGuid"`.execute(trx)
  return rows
}

/**
 * The same for values that nobody has although somebody waits for them: a wake-up passes over rows that are locked, and
 * does not see who begins to wait in the same moment.
 */
export function wakeForgottenValues(database: Database, limit: number): Promise<Woken[]> {
  return rows(
    sql<Woken>`
      with free as materialized (
        select a.entry_id from awaited_value a where not exists (
          select from claimed_value c where c.value = a.value and c.attribute = a.attribute)
        limit ${limit}
      ), waiting as (
        select s.object_guid, s.connector from free f join staged_object s on s.entry_id = f.entry_id
        where not s.deleted and s.revision <= s.synchronised_revision
        order by s.object_guid for update of s skip locked
      )
      ${giveNews('waiting')}
      returning s.connector, s.object_guid as "objectGuid"`,
    database
  )
}
