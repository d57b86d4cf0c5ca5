import { sql } from 'kysely'
import type { ClaimedObject } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'
import { linkIsPending, readyLinks } from './export-conditions.ts'

/** Any fixed number: it puts the link step of all synchronisations in one row. */
const linkLock = 4_711_002

interface LinkInput {
  readonly connector: string
  readonly claimed: readonly ClaimedObject[]
  readonly appeared: readonly string[]
  readonly disappeared: readonly string[]
  /** Living entries whose references are to be worked out from nothing: what they had is not theirs any more. */
  readonly renewed: readonly string[]
}

/**
 * Works out which references the tenant should have, from the rows that have changed and from the
 * objects that came or went, never from a whole group.
 *
 * A reference is desired when both of its ends are. Two transactions that each bring one end would each
 * miss the other's; so this step runs under a lock that is held until the commit. The later one sees both.
 *
 * @returns the entries whose references can be exported now, since both ends are in the tenant.
 */
export async function desireLinks(trx: DatabaseTransaction, input: LinkInput): Promise<string[]> {
  await sql`select pg_advisory_xact_lock(${linkLock})`.execute(trx)
  await dropLinksOf(trx, [...input.disappeared, ...input.renewed])
  const claimed = JSON.stringify(
    input.claimed.map(object => ({ guid: object.objectGuid, seen: object.synchronisedRevision }))
  )
  // Each row is looked up by its key (lateral, and `offset 0`, which the planner does not see through): the cost grows
  // with the change, never with the tables.
  const result = await sql<{ source: string }>`
    with claimed as (
      select * from jsonb_to_recordset(${claimed}::jsonb) as r (guid uuid, seen bigint)
    ), arrived as (
      select object_guid from staged_object where connector = ${input.connector} and entry_id = any(${[...input.appeared, ...input.renewed]})
    ), affected as (
      select l.source_guid, l.attribute, l.target_guid, l.present from claimed c
        cross join lateral (select * from staged_link
          where connector = ${input.connector} and source_guid = c.guid and revision > c.seen offset 0) l
      union
      select l.source_guid, l.attribute, l.target_guid, l.present from arrived a
        cross join lateral (select * from staged_link
          where connector = ${input.connector} and source_guid = a.object_guid offset 0) l
      union
      select l.source_guid, l.attribute, l.target_guid, l.present from arrived a
        cross join lateral (select * from staged_link
          where connector = ${input.connector} and target_guid = a.object_guid offset 0) l
    ), wanted as (
      select s.entry_id as source, a.attribute, t.entry_id as target,
        a.present and s.desired_present and t.desired_present as desired
      from affected a
      cross join lateral (select o.entry_id, o.desired_present from staged_object c
        join export_object o on o.entry_id = c.entry_id
        where c.connector = ${input.connector} and c.object_guid = a.source_guid offset 0) s
      cross join lateral (select o.entry_id, o.desired_present from staged_object c
        join export_object o on o.entry_id = c.entry_id
        where c.connector = ${input.connector} and c.object_guid = a.target_guid offset 0) t
    ), added as (
      insert into export_link (source_entry, attribute, target_entry, desired)
      select source, attribute, target, true from wanted where desired
      on conflict (source_entry, attribute, target_entry) do update
        set desired = true, refused = false, problem = null, problem_since = null where not export_link.desired
      returning source_entry, target_entry
    ), dropped as (
      update export_link l set desired = false, refused = false, problem = null, problem_since = null
      from wanted w where not w.desired and l.desired
        and l.source_entry = w.source and l.attribute = w.attribute and l.target_entry = w.target
      returning l.source_entry, l.target_entry
    ), seen as (
      select ctid as row from staged_link where connector = ${input.connector} and not present
        and source_guid = any(${input.claimed.map(object => object.objectGuid)}) for update skip locked
    ), forgotten as (
      delete from staged_link l using seen where l.ctid = seen.row
    )
    select distinct c.source_entry as source
    from (select * from added union all select * from dropped) c
    join export_state s on s.entry_id = c.source_entry and s.entra_state = 'present'
    join export_state t on t.entry_id = c.target_entry and t.entra_state = 'present'`.execute(trx)
  return [...result.rows.map(row => row.source), ...(await pendingOf(trx, input.renewed))]
}

/** What is left of the references of renewed entries is to be removed in the tenant. */
async function pendingOf(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<string[]> {
  if (entryIds.length === 0) return []
  const { rows } = await sql<{ source: string }>`
    select distinct l.source_entry as source from ${readyLinks}
    where (l.source_entry = any(${entryIds}) or l.target_entry = any(${entryIds})) and ${linkIsPending}`.execute(
    trx
  )
  return rows.map(row => row.source)
}

/**
 * What is to leave the tenant takes its references with it: Graph removes them with the object, and gives
 * them back with a restore. So the rows stay, to be compared after a restore; and an exporter that is just
 * writing one of them finds it when it confirms.
 */
async function dropLinksOf(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await sql`
    update export_link set desired = false, refused = false, problem = null, problem_since = null
    where (source_entry = any(${entryIds}) or target_entry = any(${entryIds})) and desired`.execute(trx)
}
