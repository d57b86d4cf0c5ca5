import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { ClaimedObject } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'
import { giveNews } from './give-news.ts'

/**
 * Takes the entry away from claimed objects that share it with another living object. That one was joined to the
 * entry while a page or another synchronisation held the row of the former holder, which nobody waits for.
 */
export async function withoutLostEntries(
  trx: DatabaseTransaction,
  claimed: readonly ClaimedObject[]
): Promise<readonly ClaimedObject[]> {
  const holders = claimed.filter(object => object.entryId !== null && object.joinedBy === null)
  if (holders.length === 0) return claimed
  const records = holders.map(({ objectGuid, connector, entryId, deleted }) => ({
    guid: objectGuid,
    connector,
    entry: entryId,
    deleted
  }))
  // Of two living ones that are claimed together one keeps it: whichever, but never neither.
  const { rows } = await sql<{ guid: string }>`
    with holder as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        as r (guid uuid, connector text, entry uuid, deleted boolean)
    )
    select h.guid from holder h
    where exists (
      select from (select object_guid, connector from staged_object
                   where entry_id = h.entry and not deleted and joined_by is null offset 0) o
      where (o.object_guid, o.connector) <> (h.guid, h.connector)
        and (h.deleted or o.object_guid < h.guid or not exists (
          select from holder k where k.guid = o.object_guid and k.connector = o.connector)))`.execute(trx)
  if (rows.length === 0) return claimed
  const lost = new Set(rows.map(row => row.guid))
  return claimed.map(object =>
    lost.has(object.objectGuid) ? { ...object, entryId: null, entryAnchor: null, desired: null } : object
  )
}

export interface Leaver {
  readonly objectGuid: ObjectGuid
  readonly entryId: string
}

export interface Handover {
  /** Entries that have passed to another object. Their former holders have no say in them any more. */
  readonly entryIds: ReadonlySet<string>
  /** Objects whose successor is being worked on: they are to be looked at again, and stay as they are until then. */
  readonly waiting: ReadonlySet<ObjectGuid>
}

interface Successor {
  readonly entryId: string
  readonly leaver: string
  readonly guid: string
  readonly connector: string
}

/**
 * What leaves gives its entry to the object that continues it: one that is joined to it, the same object in another
 * domain of the forest (a move keeps the objectGUID: MS-ADTS 3.1.1.5.4.2), or one that waits for the source anchor. So nothing is deleted in
 * the tenant; what becomes of the entry is decided with its new holder, whose turn comes next.
 */
export async function handOver(
  trx: DatabaseTransaction,
  connector: string,
  { leavers, claimed }: { leavers: readonly Leaver[]; claimed: readonly ClaimedObject[] }
): Promise<Handover> {
  const successors = await successorsOf(trx, connector, leavers)
  if (successors.length === 0) return { entryIds: new Set(), waiting: new Set() }
  const own = new Set(claimed.map(object => object.objectGuid))
  const free = successors.filter(({ connector: home, guid }) => home !== connector || !own.has(guid))
  const given = new Set(await give(trx, free))
  return {
    entryIds: given,
    waiting: new Set(successors.filter(({ entryId }) => !given.has(entryId)).map(({ leaver }) => leaver))
  }
}

const inScope = sql`not s.deleted and s.out_of_scope is null`
/** It lives, is in scope and has no entry. */
const mayFollow = sql`${inScope} and s.entry_id is null`

/** At most one for each entry, and each for one entry. */
async function successorsOf(
  trx: DatabaseTransaction,
  connector: string,
  leavers: readonly Leaver[]
): Promise<Successor[]> {
  if (leavers.length === 0) return []
  const { rows } = await sql<Successor>`
    select l."entryId", l."objectGuid" as leaver, f.guid, f.connector
    from jsonb_to_recordset(${JSON.stringify(leavers)}::jsonb) as l ("objectGuid" uuid, "entryId" uuid)
    cross join lateral (
      select s.object_guid as guid, s.connector, 0 as rank, s.staged_at as since from staged_object s
      where s.entry_id = l."entryId" and s.joined_by is not null and ${inScope}
      union all
      select s.object_guid, s.connector, 1, s.staged_at from staged_object s
      where s.object_guid = l."objectGuid" and s.connector <> ${connector} and ${mayFollow}
        and (s.revision > s.synchronised_revision or s.problem is not null)
      union all
      select s.object_guid, s.connector, 2, s.staged_at from metaverse_entry m
      cross join lateral (select * from staged_object
        where problem ->> 'anchor' = m.source_anchor and problem is not null offset 0) s
      where m.id = l."entryId" and ${mayFollow}
      order by rank, since, guid, connector limit 1) f
    order by f.rank, l."objectGuid"`.execute(trx)
  const taken = new Set<string>()
  return rows.filter(({ guid, connector: home }) => {
    const key = `${guid} ${home}`
    return !taken.has(key) && taken.add(key)
  })
}

/**
 * SKIP LOCKED: this transaction holds entries already, and whoever holds one of these rows may be waiting for them.
 *
 * @returns the entries that have a new holder.
 */
async function give(trx: DatabaseTransaction, successors: readonly Successor[]): Promise<string[]> {
  if (successors.length === 0) return []
  const { rows } = await sql<{ entryId: string }>`
    with heir as (
      select s.object_guid, s.connector, r."entryId" as entry_id
      from jsonb_to_recordset(${JSON.stringify(successors)}::jsonb) as r ("entryId" uuid, guid uuid, connector text)
      join staged_object s on s.object_guid = r.guid and s.connector = r.connector
      where ${inScope} and (s.entry_id is null or s.entry_id = r."entryId" and s.joined_by is not null)
      order by s.object_guid for update of s skip locked
    )
    update staged_object s set entry_id = heir.entry_id, joined_by = null, problem = null, revision = s.revision + 1, staged_at = now()
    from heir where s.object_guid = heir.object_guid and s.connector = heir.connector
    returning heir.entry_id as "entryId"`.execute(trx)
  return rows.map(row => row.entryId)
}

/** Whoever was left out for a source anchor may have its turn when the tenant is not to have its holder any more. */
export async function lookAgainAtDuplicates(
  trx: DatabaseTransaction,
  disappeared: readonly string[]
): Promise<void> {
  if (disappeared.length === 0) return
  await sql`
    with waiting as (
      select s.object_guid, s.connector from metaverse_entry m
      join staged_object s on s.problem ->> 'anchor' = m.source_anchor and s.problem is not null
      where m.id = any(${disappeared}) order by s.object_guid for update of s skip locked
    )
    ${giveNews('waiting')}`.execute(trx)
}
