import { firstRetrySeconds, longestRetrySeconds, type Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from './database.ts'

/** Until a refused write is tried again for the first time where its state says soon, unless the caller says otherwise. */
const usualRetrySeconds = 3_600

/** The first interval of a problem's state, for a statement: null when it is not tried again by time. */
export function retrySecondsOf({ code }: Problem, soonSeconds = usualRetrySeconds): number | null {
  return firstRetrySeconds(code, soonSeconds) ?? null
}

/**
 * How long the refusal `d` (problem, retry) of what `s` (problem, retry_seconds) has refused before waits for its next
 * try: twice as long as the last time while the problem stays the same, up to a day. Null when there is no refusal, or
 * none that time heals.
 */
export const nextRetrySeconds = sql`case
  when d.problem is null or d.retry is null then null
  when s.retry_seconds is not null and s.problem ->> 'code' = d.problem ->> 'code'
    and s.problem ->> 'attribute' is not distinct from d.problem ->> 'attribute'
    then greatest(d.retry, least(s.retry_seconds * 2, ${longestRetrySeconds}))
  else d.retry end`

/**
 * Opens refused writes whose time has come, the longest due first; what an exporter holds is left for the next time.
 * @returns the entries that have something to write now
 */
export async function reopenDue(database: Database, limit: number): Promise<string[]> {
  const objects = await rows(
    sql<{ id: string }>`
      with due as (
        select entry_id from export_state where retry_at <= now() order by retry_at limit ${limit} for update skip locked
      ), state as (
        update export_state s set retry_at = null from due d where s.entry_id = d.entry_id
      )
      update export_object o set refused_revision = 0 from due d where o.entry_id = d.entry_id
      returning o.entry_id as id`,
    database
  )
  const links = await rows(
    sql<{ id: string }>`
      with due as (
        select source_entry, attribute, target_entry from export_link
        where retry_at <= now() order by retry_at limit ${limit} for update skip locked
      )
      update export_link l set refused = false, retry_at = null from due d
      where l.source_entry = d.source_entry and l.attribute = d.attribute and l.target_entry = d.target_entry
      returning l.source_entry as id`,
    database
  )
  return [...new Set([...objects, ...links].map(({ id }) => id))]
}

/** Which refused writes to open before their time: those of an object of a directory, or all with a code. */
export type Reopening = { readonly objectGuid: string } | { readonly code: string }

/**
 * Opens refused writes now, and begins anew with their intervals.
 * @returns the entries that have something to write now
 */
export async function reopenNow(database: Database, which: Reopening): Promise<string[]> {
  const chosen =
    'code' in which
      ? sql`p.problem ->> 'code' = ${which.code}`
      : sql`p.entry_id in (
          select entry_id from staged_object where object_guid = ${which.objectGuid})`
  const found = await rows(
    sql<{ id: string }>`
      with objects as (
        update export_state p set retry_at = null, retry_seconds = null
        where p.problem is not null and ${chosen} returning p.entry_id
      ), opened as (
        update export_object o set refused_revision = 0 from objects d where o.entry_id = d.entry_id
      ), links as (
        update export_link l set refused = false, retry_at = null, retry_seconds = null
        from (select source_entry as entry_id, attribute, target_entry, problem from export_link where refused) p
        where l.source_entry = p.entry_id and l.attribute = p.attribute and l.target_entry = p.target_entry and ${chosen}
        returning l.source_entry
      )
      select entry_id as id from objects union select source_entry from links`,
    database
  )
  return found.map(({ id }) => id)
}
