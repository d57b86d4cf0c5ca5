import type { ObjectGuid, Problem } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { ClaimedObject } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'
import type { Decision } from './decision.ts'

interface Decided {
  readonly object: ClaimedObject
  readonly decision: Decision
}

/**
 * Writes the metaverse entries of what the rules projected, and the problems of each.
 *
 * An object keeps its entry for life, also when it moves to another domain. A new object is joined by its source
 * anchor to an entry that no living object holds, or gets a new one. Two living objects never share an entry: the
 * later one is left out, and its row says why.
 */
export async function projectEntries(
  trx: DatabaseTransaction,
  connector: string,
  decided: readonly Decided[]
): Promise<Projected> {
  const entries = new Map<ObjectGuid, string>()
  for (const { object } of decided) {
    if (object.entryId !== null) entries.set(object.objectGuid, object.entryId)
  }
  await updateEntries(
    trx,
    decided.filter(({ object }) => object.entryId !== null)
  )
  const newcomers = decided.filter(
    ({ object, decision }) => object.entryId === null && decision.outcome === 'projected'
  )
  const elsewhere = await knownElsewhere(trx, connector, newcomers)
  const { joined, found } = await insertEntries(
    trx,
    connector,
    newcomers.filter(({ object }) => !elsewhere.has(object.objectGuid))
  )
  for (const guid of await succeed(trx, connector, joined)) entries.delete(guid)
  for (const [guid, entryId] of joined) entries.set(guid, entryId)
  return { entries, joined: [...joined.keys()], succeeded: found, elsewhere }
}

export interface Projected {
  /** The entry of each object that has one, also of those now out of scope. */
  readonly entries: Map<ObjectGuid, string>
  /** Objects that had no entry before. */
  readonly joined: readonly ObjectGuid[]
  /** Entries that were there before the object that now holds them: its references are not those of its predecessor. */
  readonly succeeded: readonly string[]
  /** Why objects have no entry although the rules let them through and their source anchor is free. */
  readonly elsewhere: ReadonlyMap<ObjectGuid, Problem>
}

/**
 * Whoever held the entry gives it up, and has no say in it any more. A row that is locked is passed over, since its
 * holder may be waiting for the entry; it finds the entry taken then.
 *
 * @returns the objects of this connector that have given up their entries.
 */
async function succeed(
  trx: DatabaseTransaction,
  connector: string,
  joined: ReadonlyMap<ObjectGuid, string>
): Promise<ObjectGuid[]> {
  if (joined.size === 0) return []
  const { rows } = await sql<{ guid: string; connector: string }>`
    update staged_object s set entry_id = null
    from (select object_guid, connector from staged_object
          where entry_id = any(${[...joined.values()]}) order by object_guid for update skip locked) old
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
  newcomers: readonly Decided[]
): Promise<Map<ObjectGuid, Problem>> {
  if (newcomers.length === 0) return new Map()
  const records = newcomers.map(({ object, decision }) => ({
    guid: object.objectGuid,
    anchor: anchorOf(decision)
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

async function updateEntries(trx: DatabaseTransaction, decided: readonly Decided[]): Promise<void> {
  if (decided.length === 0) return
  const records = decided.map(({ object, decision }) => ({
    id: object.entryId,
    attributes: decision.outcome === 'projected' ? decision.attributes : null,
    problems: problemsOf(object, decision)
  }))
  await sql`
    update metaverse_entry m set attributes = coalesce(nullif(r.attributes, 'null'), m.attributes), problems = r.problems,
      problems_since = case when r.problems = '[]' then null else coalesce(m.problems_since, now()) end, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (id uuid, attributes jsonb, problems jsonb)
    where m.id = r.id and (m.attributes, m.problems) is distinct from
      (coalesce(nullif(r.attributes, 'null'), m.attributes), r.problems)`.execute(trx)
}

interface Inserted {
  readonly joined: ReadonlyMap<ObjectGuid, string>
  /** Those of the entries that were there before. */
  readonly found: readonly string[]
}

async function insertEntries(
  trx: DatabaseTransaction,
  connector: string,
  newcomers: readonly Decided[]
): Promise<Inserted> {
  const byAnchor = new Map<string, Decided>()
  for (const item of newcomers) {
    if (item.decision.outcome === 'projected') byAnchor.set(item.decision.sourceAnchor, item)
  }
  if (byAnchor.size === 0) return { joined: new Map(), found: [] }
  const records = JSON.stringify(
    [...byAnchor].map(([anchor, { object, decision }]) => ({
      anchor,
      guid: object.objectGuid,
      type: decision.outcome === 'projected' ? decision.objectType : null,
      attributes: decision.outcome === 'projected' ? decision.attributes : null,
      problems: problemsOf(object, decision)
    }))
  )
  const created = await lockEntries(trx, records, [...byAnchor.keys()])
  // An entry that the tenant is not to have any more is free, even when the object that gave it up still lives.
  const result = await sql<{ guid: string; entryId: string }>`
    with incoming as (
      select * from jsonb_to_recordset(${records}::jsonb)
        as r (anchor text, guid uuid, type text, attributes jsonb, problems jsonb)
    ), held as (
      select m.source_anchor from metaverse_entry m
      join incoming i on i.anchor = m.source_anchor
      join staged_object s on s.entry_id = m.id and not s.deleted and s.out_of_scope is null
        and (s.object_guid, s.connector) <> (i.guid, ${connector})
      left join export_object o on o.entry_id = m.id
      where coalesce(o.desired_present, true)
    ), written as (
      insert into metaverse_entry (object_type, source_anchor, attributes, problems, problems_since)
      select type, anchor, attributes, problems, case when problems = '[]' then null else now() end
      from incoming where anchor not in (select source_anchor from held) order by anchor
      on conflict (source_anchor) do update set attributes = excluded.attributes, problems = excluded.problems,
        problems_since = excluded.problems_since, updated_at = now()
      returning id, source_anchor
    )
    select i.guid, w.id as "entryId" from incoming i join written w on w.source_anchor = i.anchor`.execute(
    trx
  )
  return {
    joined: new Map(result.rows.map(row => [row.guid, row.entryId])),
    found: result.rows.map(row => row.entryId).filter(entryId => !created.has(entryId))
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

function problemsOf(object: ClaimedObject, decision: Decision): readonly Problem[] {
  if (decision.outcome === 'out-of-scope') return []
  if (decision.outcome === 'failed') return [decision.problem]
  if (object.entryAnchor === null || object.entryAnchor === decision.sourceAnchor) return decision.problems
  return [anchorChanged(object.entryAnchor, decision.sourceAnchor), ...decision.problems]
}

function anchorOf(decision: Decision): string | null {
  return decision.outcome === 'projected' ? decision.sourceAnchor : null
}

function anchorChanged(before: string, now: string, introduction = ''): Problem {
  return {
    code: 'source-anchor-changed',
    attribute: 'mS-DS-ConsistencyGuid',
    message:
      `${introduction} The source anchor was ${before} and is now ${now}. `.trimStart() +
      'An anchor is for life: put the old value back. Until then nothing of this object is exported.'
  }
}
