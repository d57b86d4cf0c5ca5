import type { Judgement, Rules, StagedObject } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type ClaimedObject, type DesiredBefore, desiredBefore } from './claim-staged.ts'
import type { DatabaseTransaction } from './database.ts'
import { asStaged, type Read, stagedColumns } from './staged-columns.ts'

/** An object that is joined to the entry of a claimed one, or the one that made that entry. */
export interface Companion {
  readonly object: StagedObject & { readonly entryId: string; readonly joinedBy: string | null }
  readonly judgement: Judgement
  /** The place of its connector in the order in which they were made. */
  readonly rank: number
}

/**
 * The living objects of other connectors that have these entries. Their rows are not locked: whoever changes what they
 * contribute waits for the entry's lock, and reads all of them anew.
 */
export async function companionsOf(
  trx: DatabaseTransaction,
  connector: string,
  entryIds: readonly string[],
  judge: Rules['judge']
): Promise<ReadonlyMap<string, readonly Companion[]>> {
  const byEntry = new Map<string, Companion[]>()
  if (entryIds.length === 0) return byEntry
  const { rows } = await sql<Read<Companion['object']> & { rank: number }>`
    select ${stagedColumns('s')}, s.entry_id as "entryId", s.joined_by as "joinedBy", k.rank
    from unnest(${entryIds}::uuid[]) as e (id)
    cross join lateral (select * from staged_object where entry_id = e.id and connector <> ${connector}
      and not deleted and out_of_scope is null offset 0) s
    join ${connectorRanks} k on k.name = s.connector`.execute(trx)
  for (const { rank, ...row } of rows) {
    const object = asStaged(row)
    const companion = { object, judgement: judge(object), rank }
    byEntry.set(row.entryId, [...(byEntry.get(row.entryId) ?? []), companion])
  }
  return byEntry
}

export async function rankOf(trx: DatabaseTransaction, connector: string): Promise<number> {
  const { rows } = await sql<{ rank: number }>`
    select rank from ${connectorRanks} k where name = ${connector}`.execute(trx)
  return rows[0]?.rank ?? 0
}

const connectorRanks = sql`(
  select name, row_number() over (order by created_at, name)::integer as rank from connector)`

/** The objects with the entries that they have joined, and with what the tenant should have of those. */
export async function asJoined(
  trx: DatabaseTransaction,
  joined: ReadonlyMap<ClaimedObject, { readonly entryId: string; readonly by: string | null }>
): Promise<ReadonlyMap<ClaimedObject, ClaimedObject>> {
  if (joined.size === 0) return new Map()
  const entryIds = [...joined.values()].map(({ entryId }) => entryId)
  const { rows } = await sql<{ id: string; entryAnchor: string; desired: DesiredBefore | null }>`
    select m.id, m.source_anchor as "entryAnchor", ${desiredBefore} as desired
    from metaverse_entry m left join export_object o on o.entry_id = m.id left join export_state e on e.entry_id = m.id
    where m.id = any(${entryIds})`.execute(trx)
  const facts = new Map(rows.map(({ id, ...fact }) => [id, fact]))
  return new Map(
    [...joined].map(([object, { entryId, by }]) => [
      object,
      { ...object, entryAnchor: null, desired: null, ...facts.get(entryId), entryId, joinedBy: by }
    ])
  )
}
