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
 * An object keeps its entry for life. A new object is joined by its source anchor to an entry that no
 * living object holds, or gets a new one. Two living objects never share an entry: the later one is left
 * out, and its row says why.
 *
 */
export async function projectEntries(
  trx: DatabaseTransaction,
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
  const joined = await insertEntries(trx, newcomers)
  const succeeded = await succeed(trx, joined)
  for (const guid of succeeded.predecessors) entries.delete(guid)
  for (const [guid, entryId] of joined) entries.set(guid, entryId)
  return { entries, succeeded: succeeded.entryIds }
}

export interface Projected {
  /** The entry of each object that has one, also of those now out of scope. */
  readonly entries: ReadonlyMap<ObjectGuid, string>
  /** Entries that have passed from a deleted object to another one: its references are not those of its predecessor. */
  readonly succeeded: readonly string[]
}

/** A deleted object gives its entry up to the one that was joined to it, and has no say in it any more. */
async function succeed(
  trx: DatabaseTransaction,
  joined: ReadonlyMap<ObjectGuid, string>
): Promise<{ predecessors: ObjectGuid[]; entryIds: string[] }> {
  if (joined.size === 0) return { predecessors: [], entryIds: [] }
  const { rows } = await sql<{ guid: string; entryId: string }>`
    update staged_object s set entry_id = null
    from (select object_guid, connector, entry_id from staged_object
          where entry_id = any(${[...joined.values()]}) and deleted for update) old
    where s.object_guid = old.object_guid and s.connector = old.connector
    returning s.object_guid as guid, old.entry_id as "entryId"`.execute(trx)
  return { predecessors: rows.map(row => row.guid), entryIds: rows.map(row => row.entryId) }
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

async function insertEntries(
  trx: DatabaseTransaction,
  newcomers: readonly Decided[]
): Promise<Map<ObjectGuid, string>> {
  const byAnchor = new Map<string, Decided>()
  for (const item of newcomers) {
    if (item.decision.outcome === 'projected') byAnchor.set(item.decision.sourceAnchor, item)
  }
  if (byAnchor.size === 0) return new Map()
  const records = [...byAnchor].map(([anchor, { object, decision }]) => ({
    anchor,
    guid: object.objectGuid,
    type: decision.outcome === 'projected' ? decision.objectType : null,
    attributes: decision.outcome === 'projected' ? decision.attributes : null,
    problems: problemsOf(object, decision)
  }))
  const anchors = [...byAnchor.keys()]
  // Another synchronisation may be making an entry with one of these anchors. This waits for it, so that the statement
  // after the locks sees who holds the entry.
  await sql`
    insert into metaverse_entry (object_type, source_anchor, attributes)
    select type, anchor, '{}' from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (anchor text, type text)
    order by anchor on conflict do nothing`.execute(trx)
  await sql`select from metaverse_entry where source_anchor = any(${anchors}) order by id for update`.execute(
    trx
  )
  const result = await sql<{ guid: string; entryId: string }>`
    with incoming as (
      select * from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        as r (anchor text, guid uuid, type text, attributes jsonb, problems jsonb)
    ), held as (
      select m.source_anchor from metaverse_entry m
      join incoming i on i.anchor = m.source_anchor
      join staged_object s on s.entry_id = m.id and not s.deleted and s.object_guid <> i.guid
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
  return new Map(result.rows.map(row => [row.guid, row.entryId]))
}

function problemsOf(object: ClaimedObject, decision: Decision): readonly Problem[] {
  if (decision.outcome === 'out-of-scope') return []
  if (decision.outcome === 'failed') return [decision.problem]
  if (object.entryAnchor === null || object.entryAnchor === decision.sourceAnchor) return decision.problems
  const changed: Problem = {
    code: 'source-anchor-changed',
    attribute: 'mS-DS-ConsistencyGuid',
    message:
      `The source anchor was ${object.entryAnchor} and is now ${decision.sourceAnchor}. ` +
      'An anchor is for life: put the old value back. Until then nothing of this object is exported.'
  }
  return [changed, ...decision.problems]
}
