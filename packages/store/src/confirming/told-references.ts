import type { ConfirmedType } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { referenceOf } from './rounds.ts'
import { afterGrace } from './suspects.ts'

/** One piece of what the tenant tells of an object's references. */
interface ToldReference {
  /** The metaverse entry. */
  readonly source: string
  /** The id of an object of the tenant, whoever made it. */
  readonly target: string
  readonly present: boolean
}

interface Seen {
  readonly objectType: ConfirmedType
  readonly entryIds: readonly string[]
  readonly references: readonly ToldReference[]
}

/**
 * In a full round the references of one object come in pieces, over several pages. They are put together here, and
 * compared at the end of the round.
 */
export async function seeReferences(
  trx: DatabaseTransaction,
  { objectType, entryIds, references }: Seen
): Promise<void> {
  if (entryIds.length > 0) {
    await sql`
      insert into confirming_seen (entry_id) select distinct id from unnest(${[...entryIds]}::uuid[]) as e (id)
      order by id on conflict do nothing`.execute(trx)
  }
  if (references.length === 0) return
  const attribute = referenceOf[objectType]
  const told = toldRows(references)
  await sql`
    insert into confirming_seen_reference (source_entry, attribute, target_entra_id)
    select source, ${attribute}, target from ${told} where present order by source, target
    on conflict do nothing`.execute(trx)
  await sql`
    delete from confirming_seen_reference r using ${told}
    where not t.present and r.source_entry = t.source and r.attribute = ${attribute}
      and r.target_entra_id = t.target`.execute(trx)
}

interface Pieces {
  readonly objectType: ConfirmedType
  readonly references: readonly ToldReference[]
  readonly graceSeconds: number
}

/**
 * Later rounds tell what has changed. What does not fit to what was written is looked at after a while: a piece that
 * tells the contrary takes it back until then.
 */
export async function tellReferences(
  trx: DatabaseTransaction,
  { objectType, references, graceSeconds }: Pieces
): Promise<void> {
  if (references.length === 0) return
  const attribute = referenceOf[objectType]
  const told = toldRows(references)
  // A user has one manager: who tells of another one tells that ours is gone.
  const replaced = sql`
    select t.source, s.entra_id as target, false as present from ${told}
    join export_link l on l.source_entry = t.source and l.attribute = 'manager' and l.exported and l.desired
    join export_state s on s.entry_id = l.target_entry
    where ${attribute} = 'manager' and t.present and s.entra_id <> t.target`
  await sql`
    with told as (
      select * from ${told} union ${replaced}
    ), judged as (
      select distinct on (t.source, t.target) t.*,
        case when t.present then l.source_entry is null or not (l.exported or l.desired)
          else coalesce(l.exported and l.desired, false) end as strange
      from told t left join export_state s on s.entra_id = t.target
      left join export_link l on l.source_entry = t.source and l.attribute = ${attribute} and l.target_entry = s.entry_id
      order by t.source, t.target, t.present desc
    ), doubted as (
      insert into drift_reference_suspect (source_entry, attribute, target_entra_id, present, due_at)
      select source, ${attribute}, target, present, ${afterGrace(lastWritten, graceSeconds)} from judged j
      where strange order by source, target
      on conflict (source_entry, attribute, target_entra_id)
        do update set present = excluded.present, due_at = excluded.due_at
    ), ended as (
      update drift d set ended_at = now() from judged j cross join lateral (
        select id from drift
        where ended_at is null and entry_id = j.source
          and kind = case when j.present then 'reference-removed' else 'reference-added' end
          and coalesce(attribute, '') = ${attribute}
          and coalesce(target_entra_id, '00000000-0000-0000-0000-000000000000') = j.target
        limit 1
      ) o
      where d.id = o.id and d.action <> 'put-back'
    )
    delete from drift_reference_suspect d using judged j
    where not j.strange and d.source_entry = j.source and d.attribute = ${attribute} and d.target_entra_id = j.target`.execute(
    trx
  )
}

/** When references of `j.source` were last written. */
const lastWritten = sql`(
  select max(n.at) from (select at, step from journal where entry_id = j.source order by id desc limit 20) n
  where n.step = 'exported')`

function toldRows(references: readonly ToldReference[]) {
  const last = new Map(references.map(each => [`${each.source} ${each.target}`, each]))
  return sql`jsonb_to_recordset(${JSON.stringify([...last.values()])}::jsonb)
    as t (source uuid, target uuid, present boolean)`
}
