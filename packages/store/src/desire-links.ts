import { type RawBuilder, sql } from 'kysely'
import type { ClaimedObject } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'
import { linkIsPending, readyLinks } from './export-conditions.ts'

/** Any fixed number: it puts the link step of all synchronisations in one row. */
export const linkLock = 4_711_002

/** An account of another forest, as a group sees it: known by its SID alone (MS-ADTS 6.1.1.4.10). */
const foreignClass = 'foreignSecurityPrincipal'
/** SIDs of domains. All others (Everyone, Authenticated Users, the built-in groups) stand for nobody. */
const domainSids = 'S-1-5-21-%'

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
 * A reference is desired when both of its ends are. Its target may be an object of any connector, named by its
 * objectGUID or, from another forest, through a foreign security principal with its SID. So more than one row may
 * stand for a reference, which stays as long as one of them does.
 *
 * Two transactions that each bring one end would each miss the other's; so this step runs under a lock that is held
 * until the commit. The later one sees both.
 *
 * @returns the entries whose references can be exported now, since both ends are in the tenant.
 */
export async function desireLinks(trx: DatabaseTransaction, input: LinkInput): Promise<string[]> {
  await sql`select pg_advisory_xact_lock(${linkLock})`.execute(trx)
  await dropLinksOf(trx, [...input.disappeared, ...input.renewed])
  // Each row is looked up by its key (lateral, and `offset 0`, which the planner does not see through): the cost grows
  // with the change, never with the tables.
  const result = await sql<{ source: string }>`
    with ${changes(input)}, ${affected(input.connector)}, ${wanted}, added as (
      insert into export_link (source_entry, attribute, target_entry, desired)
      select source, attribute, target, true from wanted where desired
      on conflict (source_entry, attribute, target_entry) do update
        set desired = true, refused = false, problem = null, problem_since = null, removal = null
        where not export_link.desired
      returning source_entry, target_entry
    ), dropped as (
      update export_link l set desired = false, refused = false, problem = null, problem_since = null,
        removal = nextval('link_removal')
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

/** `touched`: the claimed objects. `arrived`: those of entries that came. `stand_in`: the foreign principals of both. */
function changes({ connector, claimed, appeared, renewed }: LinkInput): RawBuilder<unknown> {
  const seen = JSON.stringify(
    claimed.map(object => ({ guid: object.objectGuid, seen: object.synchronisedRevision }))
  )
  return sql`touched as (
      select c.seen, s.* from jsonb_to_recordset(${seen}::jsonb) as c (guid uuid, seen bigint)
      cross join lateral (select object_guid, object_class, object_sid, deleted from staged_object
        where object_guid = c.guid and connector = ${connector} offset 0) s
    ), arrived as (
      select s.* from unnest(${[...appeared, ...renewed]}::uuid[]) as e (id)
      cross join lateral (select object_guid, connector, object_sid from staged_object
        where entry_id = e.id and not deleted offset 0) s
    ), stand_in as (
      select f.* from (select object_sid from touched union select object_sid from arrived) k
      cross join lateral (select object_guid, connector from staged_object
        where object_sid = k.object_sid and object_class = ${foreignClass} offset 0) f
      where k.object_sid like ${domainSids}
    )`
}

/** `named`: the rows of references to look at. `pair`: the references that they stand or stood for, by entry. */
function affected(connector: string): RawBuilder<unknown> {
  const row = sql.raw('l.connector, l.source_guid, l.attribute, l.target_guid')
  return sql`named as (
      select ${row} from touched c cross join lateral (select * from staged_link
        where source_guid = c.object_guid and connector = ${connector} and revision > c.seen offset 0) l
      union
      select ${row} from arrived a cross join lateral (select * from staged_link
        where source_guid = a.object_guid and connector = a.connector offset 0) l
      union
      select ${row} from arrived a cross join lateral (select * from staged_link
        where target_guid = a.object_guid offset 0) l
      union
      select ${row} from stand_in f cross join lateral (select * from staged_link
        where target_guid = f.object_guid and connector = f.connector offset 0) l
    ), bygone as (
      select e.source_entry, e.attribute, e.target_entry from touched c
      cross join lateral (${standsFor(sql`c.object_guid`, sql`${connector}::text`)}) t
      cross join lateral (select * from export_link where target_entry = t.entry_id and desired offset 0) e
      where c.deleted
    ), pair as (
      select s.object_guid, s.connector, n.attribute, s.entry_id as source, t.entry_id as target from named n
      cross join lateral (select object_guid, connector, entry_id from staged_object
        where object_guid = n.source_guid and connector = n.connector and entry_id is not null
          and joined_by is null offset 0) s
      cross join lateral (${standsFor(sql`n.target_guid`, sql`n.connector`)}) t
      union
      select s.object_guid, s.connector, b.attribute, b.source_entry, b.target_entry from bygone b
      cross join lateral (select object_guid, connector from staged_object
        where entry_id = b.source_entry and connector = ${connector} and joined_by is null offset 0) s
    )`
}

/** The entries that a target named by a connector's reference may mean. */
function standsFor(target: RawBuilder<unknown>, connector: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select entry_id from staged_object where object_guid = ${target} and entry_id is not null
    union all
    select p.entry_id from (select object_sid from staged_object where object_guid = ${target}
      and connector = ${connector} and object_class = ${foreignClass} and object_sid like ${domainSids} offset 0) f
    cross join lateral (select entry_id from staged_object where object_sid = f.object_sid
      and object_class <> ${foreignClass} and entry_id is not null offset 0) p
    offset 0`
}

/** Both ends are desired, and a row of the source's connector names a living object of the target's entry. */
const wanted = sql`wanted as (
      select p.source, p.attribute, p.target, s.desired_present and t.desired_present and exists (
        select from (select object_guid, object_sid from staged_object
                     where entry_id = p.target and not deleted offset 0) h
        cross join lateral (
          select h.object_guid as guid
          union all
          select object_guid from staged_object where object_sid = h.object_sid and h.object_sid like ${domainSids}
            and connector = p.connector and object_class = ${foreignClass} and not deleted
          offset 0) n
        cross join lateral (select from staged_link where source_guid = p.object_guid
          and attribute = p.attribute and target_guid = n.guid and connector = p.connector and present offset 0) l
        ) as desired
      from pair p
      cross join lateral (select desired_present from export_object where entry_id = p.source offset 0) s
      cross join lateral (select desired_present from export_object where entry_id = p.target offset 0) t
    )`

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
