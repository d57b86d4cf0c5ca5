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
 * @returns the entry of each object that has one, also of those now out of scope.
 */
export async function projectEntries(
  trx: DatabaseTransaction,
  decided: readonly Decided[]
): Promise<Map<ObjectGuid, string>> {
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
  for (const [guid, entryId] of await insertEntries(trx, newcomers)) entries.set(guid, entryId)
  return entries
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
