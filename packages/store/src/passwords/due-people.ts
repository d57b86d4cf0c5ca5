import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { presence } from './known-people.ts'

/** Those whose password is to be read and sent now, the longest due first. */
export async function duePeople(
  database: Database,
  { connector, limit }: { readonly connector: string; readonly limit: number }
): Promise<ObjectGuid[]> {
  const due = await rows(
    sql<{ objectGuid: ObjectGuid }>`
      select object_guid as "objectGuid" from password_person
      where connector = ${connector} and due_at <= clock_timestamp() order by due_at, object_guid limit ${limit}`,
    database
  )
  return due.map(({ objectGuid }) => objectGuid)
}

const account = sql`
  staged_object s left join export_object o on o.entry_id = s.entry_id left join export_state x on x.entry_id = s.entry_id`

/** Who has waited for an account in the tenant, and has one: due now. @returns how many */
export async function wakeArrived(database: Database, connector: string): Promise<number> {
  const woken = await rows(
    sql`update password_person p set due_at = clock_timestamp() from ${account}
      where p.connector = ${connector} and p.state = 'not-exported' and p.due_at is null
        and s.object_guid = p.object_guid and s.connector = p.connector and not s.deleted and ${presence} = 'present'
      returning 1`,
    database
  )
  return woken.length
}

/**
 * Compares everybody whose state is about the account with the account that there is: who has come into scope, has a new
 * account, or has none any more. Reads all of them, so it is for now and then.
 *
 * @returns how many are due now
 */
export async function compareAccounts(database: Database, connector: string): Promise<number> {
  const changed = await rows(
    sql<{ isDue: boolean }>`
      update password_person p set
        due_at = case when n.presence = 'present' then clock_timestamp() end,
        since = case when n.state = p.state then p.since else clock_timestamp() end, state = n.state
      from (select q.object_guid, a.presence,
          case a.presence when 'present' then q.state when 'coming' then 'not-exported' else a.presence end as state
        from password_person q
        cross join lateral (select ${presence} as presence, x.entra_id
          from (select 1) as one
          left join staged_object s on s.object_guid = q.object_guid and s.connector = q.connector and not s.deleted
          left join export_object o on o.entry_id = s.entry_id
          left join export_state x on x.entry_id = s.entry_id) as a
        where q.connector = ${connector} and q.due_at is null and q.state in ('sent', 'not-exported', 'out-of-scope')
          and case a.presence when 'present' then q.state <> 'sent' or q.sent_to is distinct from a.entra_id
            when 'coming' then q.state <> 'not-exported' else q.state <> 'out-of-scope' end) as n
      where p.object_guid = n.object_guid and p.connector = ${connector}
      returning p.due_at is not null as "isDue"`,
    database
  )
  return changed.filter(({ isDue }) => isDue).length
}

/** All that have waited in this state: due now. @returns how many */
export async function wakeWaiting(
  database: Database,
  connector: string,
  state: 'staging' | 'must-change'
): Promise<number> {
  const woken = await rows(
    sql`update password_person set due_at = clock_timestamp()
      where connector = ${connector} and state = ${state} and (due_at is null or due_at > clock_timestamp())
      returning 1`,
    database
  )
  return woken.length
}
