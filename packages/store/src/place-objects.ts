import type { InScope, Judgement, ObjectGuid, Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { anchorChanged } from './anchor-changed.ts'
import type { ClaimedObject } from './claim-staged.ts'
import { asJoined } from './companions.ts'
import type { DatabaseTransaction } from './database.ts'
import { joinNewcomers, type Newcomer } from './joins.ts'

export interface Judged {
  readonly object: ClaimedObject
  readonly judgement: Judgement
}

export interface Placement {
  /** With the entries that they have now, also of those that are out of scope. */
  readonly judged: readonly Judged[]
  /** Objects that had no entry before. */
  readonly placed: readonly ObjectGuid[]
  /** Entries that were there before one of these objects came to them: their references are not what they were. */
  readonly renewed: readonly string[]
  /** Why objects have no entry although the rules let them through. */
  readonly refused: ReadonlyMap<ObjectGuid, Problem & { readonly anchor?: string }>
}

/**
 * Finds each object its metaverse entry.
 *
 * An object keeps its entry for life, also when it moves to another domain. A new object is joined by its keys to an
 * entry that another connector's object has, or by its source anchor to one that no living object holds, or gets a new
 * one. Two living objects share an entry only by a join: otherwise the later one is left out, and its row says why.
 */
export async function placeObjects(
  trx: DatabaseTransaction,
  connector: string,
  judged: readonly Judged[]
): Promise<Placement> {
  const newcomers = judged.flatMap(({ object, judgement }) =>
    object.entryId === null && judgement.outcome === 'in-scope' ? [{ object, judgement }] : []
  )
  if (newcomers.length === 0) return { judged, placed: [], renewed: [], refused: new Map() }
  const elsewhere = await knownElsewhere(trx, connector, newcomers)
  const here = newcomers.filter(({ object }) => !elsewhere.has(object.objectGuid))
  const joins = await joinNewcomers(trx, connector, here)
  const inserted = await insertEntries(
    trx,
    connector,
    here.filter(
      ({ object: { objectGuid } }) => !joins.joined.has(objectGuid) && !joins.refused.has(objectGuid)
    )
  )
  const lost = new Set(await succeed(trx, connector, inserted.entries))
  const placed = await asJoined(
    trx,
    new Map(
      newcomers.flatMap(({ object }) => {
        const place = joins.joined.get(object.objectGuid) ?? inserted.entries.get(object.objectGuid)
        return place === undefined
          ? []
          : [[object, typeof place === 'string' ? { entryId: place, by: null } : place]]
      })
    )
  )
  return {
    judged: judged.map(({ object, judgement }) => ({
      object: placed.get(object) ?? (lost.has(object.objectGuid) ? { ...object, ...withoutEntry } : object),
      judgement
    })),
    placed: [...placed.keys()].map(object => object.objectGuid),
    renewed: [...inserted.found, ...[...joins.joined.values()].map(join => join.entryId)],
    refused: new Map([
      ...newcomers.flatMap(newcomer =>
        placed.has(newcomer.object) ? [] : [[newcomer.object.objectGuid, unplaced(newcomer)] as const]
      ),
      ...joins.refused,
      ...elsewhere
    ])
  }
}

const withoutEntry = { entryId: null, joinedBy: null, entryAnchor: null, desired: null } as const

/**
 * Whoever held the entry gives it up, and has no say in it any more. A row that is locked is passed over, since its
 * holder may be waiting for the entry; it finds the entry taken then. What lives of them is looked at again.
 *
 * @returns the objects of this connector that have given up their entries.
 */
async function succeed(
  trx: DatabaseTransaction,
  connector: string,
  entries: ReadonlyMap<ObjectGuid, string>
): Promise<ObjectGuid[]> {
  if (entries.size === 0) return []
  const { rows } = await sql<{ guid: string; connector: string }>`
    update staged_object s set entry_id = null, joined_by = null, revision = revision + old.again::integer,
      staged_at = case when old.again then now() else staged_at end
    from (select object_guid, connector, not deleted and out_of_scope is null as again from staged_object
          where entry_id = any(${[...entries.values()]}) order by object_guid for update skip locked) old
    where s.object_guid = old.object_guid and s.connector = old.connector
    returning s.object_guid as guid, s.connector`.execute(trx)
  return rows.filter(row => row.connector === connector).map(row => row.guid)
}

/**
 * The same object is known in another domain, under another source anchor, and the tenant has it under that one. A
 * second account for it would be as wrong as the loss of the first.
 */
async function knownElsewhere(
  trx: DatabaseTransaction,
  connector: string,
  newcomers: readonly Newcomer[]
): Promise<Map<ObjectGuid, Problem>> {
  const records = newcomers.map(({ object, judgement }) => ({
    guid: object.objectGuid,
    anchor: judgement.sourceAnchor ?? null
  }))
  const { rows } = await sql<{ guid: string; connector: string; anchor: string; now: string }>`
    select i.guid, s.connector, o.source_anchor as anchor, i.anchor as now
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as i (guid uuid, anchor text)
    cross join lateral (select connector, entry_id from staged_object
      where object_guid = i.guid and connector <> ${connector} and entry_id is not null offset 0) s
    cross join lateral (select source_anchor from export_object
      where entry_id = s.entry_id and desired_present and source_anchor <> i.anchor offset 0) o`.execute(trx)
  return new Map(
    rows.map(row => [
      row.guid,
      anchorChanged(row.anchor, row.now, `The object is known in the connector ${row.connector} too.`)
    ])
  )
}

interface Inserted {
  readonly entries: ReadonlyMap<ObjectGuid, string>
  /** Those that were there before. */
  readonly found: readonly string[]
}

async function insertEntries(
  trx: DatabaseTransaction,
  connector: string,
  newcomers: readonly Newcomer[]
): Promise<Inserted> {
  const byAnchor = new Map<string, { guid: ObjectGuid; type: InScope['objectType'] }>()
  for (const { object, judgement } of newcomers) {
    if (judgement.sourceAnchor === undefined) continue
    byAnchor.set(judgement.sourceAnchor, { guid: object.objectGuid, type: judgement.objectType })
  }
  if (byAnchor.size === 0) return { entries: new Map(), found: [] }
  const records = JSON.stringify([...byAnchor].map(([anchor, newcomer]) => ({ anchor, ...newcomer })))
  const created = await lockEntries(trx, records, [...byAnchor.keys()])
  // An entry that the tenant is not to have any more is free, even when the object that gave it up still lives. An entry
  // of another type never is: a user is not written over a group.
  const { rows } = await sql<{ guid: string; entryId: string }>`
    with incoming as (
      select * from jsonb_to_recordset(${records}::jsonb) as r (anchor text, guid uuid, type text)
    ), held as (
      select m.source_anchor from metaverse_entry m
      join incoming i on i.anchor = m.source_anchor
      join staged_object s on s.entry_id = m.id and not s.deleted and s.out_of_scope is null
        and (s.object_guid, s.connector) <> (i.guid, ${connector})
      left join export_object o on o.entry_id = m.id
      where coalesce(o.desired_present, true)
    )
    select i.guid, m.id as "entryId" from incoming i
    join metaverse_entry m on m.source_anchor = i.anchor and m.object_type = i.type
    where i.anchor not in (select source_anchor from held)`.execute(trx)
  return {
    entries: new Map(rows.map(row => [row.guid, row.entryId])),
    found: rows.map(row => row.entryId).filter(entryId => !created.has(entryId))
  }
}

/**
 * Another synchronisation may be making an entry with one of these anchors. This waits for it, so that the statement
 * after the locks sees who holds the entry.
 *
 * @returns the entries that were not there before.
 */
async function lockEntries(
  trx: DatabaseTransaction,
  records: string,
  anchors: readonly string[]
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    insert into metaverse_entry (object_type, source_anchor, attributes)
    select type, anchor, '{}' from jsonb_to_recordset(${records}::jsonb) as r (anchor text, type text)
    order by anchor on conflict do nothing returning id`.execute(trx)
  await sql`select from metaverse_entry where source_anchor = any(${anchors}) order by id for update`.execute(
    trx
  )
  return new Set(rows.map(row => row.id))
}

function unplaced({ judgement: { sourceAnchor } }: Newcomer): Problem & { readonly anchor?: string } {
  if (sourceAnchor === undefined) return linkedMailboxAlone
  return {
    code: 'source-anchor-duplicate',
    attribute: 'mS-DS-ConsistencyGuid',
    message: `Another living object has the source anchor ${sourceAnchor}. Give one of the two another one.`,
    // The object is found by it when its turn comes.
    anchor: sourceAnchor
  }
}

/** Such an object is nobody by itself: the person's account is in another forest. */
export const linkedMailboxAlone: Problem = {
  code: 'linked-mailbox-without-account',
  attribute: 'msExchMasterAccountSid',
  message:
    "The object is the mailbox of an account in another forest, which is not known here. Import the account's forest, or correct msExchMasterAccountSid."
}
