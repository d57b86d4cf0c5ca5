import type { InScope, ObjectGuid, Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { ClaimedObject } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'
import { shortKey } from './short-key.ts'

/** Joins and entries that are made for the same key at the same time take turns, by the hash of the key. */
const joinLock = 4_711_003
const buckets = 256

/** SIDs of domains. All others (SELF, as a shared mailbox has it, and the built-in groups) are the same everywhere. */
const domainSid = /^S-1-5-21-/

export interface Newcomer {
  readonly object: ClaimedObject
  readonly judgement: InScope
}

interface Join {
  readonly entryId: string
  /** The key, as `join_keys` has it. */
  readonly by: string
}

export interface Joins {
  readonly joined: ReadonlyMap<ObjectGuid, Join>
  readonly refused: ReadonlyMap<ObjectGuid, Problem>
}

/** Of `staged_object`: the rules let it in when it was last synchronised. A SID is known of everybody. */
export const isForTenant = sql`join_keys is distinct from '{}'`
/** As the index of the keys has it. */
export const hasKeys = sql`join_keys <> '{}'`

const none: Joins = { joined: new Map(), refused: new Map() }

/** As they are stored: `mail=ada@example.com`, `sid>S-1-5-21-…`. */
export function storedKeys({ joinKeys }: InScope): string[] {
  return [
    ...new Set(
      joinKeys.map(({ space, side, value }) => shortKey(`${space}${side === 'own' ? '=' : '>'}${value}`))
    )
  ]
}

/**
 * Finds for objects without an entry those of other connectors that are the same person, by their keys. One entry is
 * joined; several are one too many, and so is one that has an object of this connector already: then the object
 * stays without an entry, since a wrong join hands one person's account to another.
 */
export async function joinNewcomers(
  trx: DatabaseTransaction,
  connector: string,
  newcomers: readonly Newcomer[]
): Promise<Joins> {
  const records = newcomers.map(searchOf).filter(record => record.turns.length > 0)
  if (records.length === 0 || (await isAlone(trx))) return none
  await takeTurns(
    trx,
    records.flatMap(({ turns }) => turns)
  )
  const found = await partnersOf(trx, connector, JSON.stringify(records))
  const joined = new Map<ObjectGuid, Join>()
  const refused = new Map<ObjectGuid, Problem>()
  const taken = new Set<string>()
  for (const { guid, entryIds, by, held } of found) {
    const [entryId] = entryIds
    if (entryId === undefined) continue
    if (entryIds.length > 1 || held || taken.has(entryId)) refused.set(guid, ambiguous(by))
    else joined.set(guid, { entryId, by })
    taken.add(entryId)
  }
  await lockEntries(
    trx,
    [...joined.values()].map(join => join.entryId)
  )
  return { joined, refused }
}

interface Search {
  readonly guid: ObjectGuid
  readonly type: string
  readonly sid: string | null
  /** SIDs that it names. */
  readonly named: readonly string[]
  /** Keys that another one would have. */
  readonly wanted: readonly string[]
  readonly turns: readonly string[]
}

function searchOf({ object, judgement }: Newcomer): Search {
  const { objectType, joinKeys } = judgement
  const sid = objectType !== 'group' && isDomainSid(object.objectSid) ? object.objectSid : null
  const named = joinKeys
    .filter(({ space, side, value }) => space === 'sid' && side === 'refers' && isDomainSid(value))
    .map(key => key.value)
  const own = joinKeys
    .filter(({ side }) => side === 'own')
    .map(({ space, value }) => shortKey(`${space}=${value}`))
  const wanted = sid === null ? own : [...own, `sid>${sid}`]
  const sids = [...named, ...(sid === null ? [] : [sid])]
  return { guid: object.objectGuid, type: objectType, sid, named, wanted, turns: [...own, ...sids] }
}

export function isDomainSid(sid: string | null | undefined): sid is string {
  return sid !== undefined && sid !== null && domainSid.test(sid)
}

/** There is no other connector whose objects could be joined. */
export async function isAlone(trx: DatabaseTransaction): Promise<boolean> {
  const { rows } = await sql`select from connector limit 2`.execute(trx)
  return rows.length < 2
}

async function takeTurns(trx: DatabaseTransaction, keys: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(${joinLock}, bucket) from (
      select distinct abs(hashtext(key) % ${buckets}) as bucket from unnest(${keys}::text[]) as key order by 1) b`.execute(
    trx
  )
}

interface Partners {
  readonly guid: ObjectGuid
  readonly entryIds: readonly string[]
  readonly by: string
  /** An object of this connector has the entry, or had it and has not parted yet. */
  readonly held: boolean
}

async function partnersOf(
  trx: DatabaseTransaction,
  connector: string,
  records: string
): Promise<readonly Partners[]> {
  const alive = sql`connector <> ${connector} and not deleted and out_of_scope is null and entry_id is not null`
  const { rows } = await sql<Partners>`
    with incoming as (
      select * from jsonb_to_recordset(${records}::jsonb)
        as r (guid uuid, type text, sid text, named text[], wanted text[])
    ), partner as (
      select i.guid, p.entry_id, p.by from incoming i
      cross join lateral (
        select entry_id, 'sid=' || object_sid as by from staged_object where object_sid = i.sid and ${alive} and ${isForTenant}
        union all
        select entry_id, 'sid>' || object_sid from staged_object where object_sid = any(i.named) and ${alive} and ${isForTenant}
        union all
        select entry_id, (select k from unnest(join_keys) as k where k = any(i.wanted) limit 1) from staged_object
        where join_keys && i.wanted and ${hasKeys} and ${alive}
      ) p
      -- Not a join: the planner would begin with all entries of the type.
      cross join lateral (select from metaverse_entry
        where id = p.entry_id and object_type = i.type offset 0) m
    )
    select guid, array_agg(distinct entry_id) as "entryIds", min(by) as by, bool_or(exists (
      select from staged_object o where o.entry_id = partner.entry_id and o.connector = ${connector}
        and (o.joined_by is not null or not o.deleted and o.out_of_scope is null))) as held
    from partner group by guid order by guid`.execute(trx)
  return rows
}

async function lockEntries(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await sql`select from metaverse_entry where id = any(${entryIds}) order by id for update`.execute(trx)
}

function ambiguous(by: string): Problem {
  const [space = by] = by.split(/[=>]/)
  return {
    code: 'join-ambiguous',
    ...(space !== 'sid' && { attribute: space.replace('attribute:', '') }),
    message: `More than one object has the same ${space === 'sid' ? 'SID' : space.replace('attribute:', '')} in another connector, or another one of this connector is joined already. Make the values unique; until then this object is not synchronised.`
  }
}
