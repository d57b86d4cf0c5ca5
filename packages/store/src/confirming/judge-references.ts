import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import type { Judged, JudgeInput } from './judge-objects.ts'
import { takeAsReferences } from './put-back.ts'
import { type Finding, recordDrift } from './record-drift.ts'

interface DueReference {
  readonly source: string
  readonly attribute: string
  readonly target: string
  readonly present: boolean
  readonly targetEntry: string | null
  readonly strange: boolean
  /** One of its ends is not judged yet. */
  readonly waits: boolean
}

/** So long a reference waits whose source is just being written, or one of whose ends is not judged. */
const putOffSeconds = 2

/**
 * Judges the references whose time has come. Both ends must be where they are meant to be: those of an object that has
 * vanished come back with it, and those of one that is to go leave with it.
 *
 * @returns undefined when there are none
 */
export function judgeReferences(
  database: Database,
  limit: number,
  { putsBack }: JudgeInput
): Promise<Judged | undefined> {
  return transact(database, async trx => {
    const due = await dueReferences(trx, limit)
    if (due.length === 0) return undefined
    const held = new Set(await holdSources(trx, [...new Set(due.map(({ source }) => source))]))
    const mayBeJudged = ({ source, waits }: DueReference) => held.has(source) && !waits
    await putOff(
      trx,
      due.filter(each => !mayBeJudged(each))
    )
    const judged = due.filter(mayBeJudged)
    await drop(trx, judged)
    const decided = await recordDrift(trx, judged.filter(({ strange }) => strange).map(findingOf), putsBack)
    const putBack = decided.filter(({ action }) => action === 'put-back')
    await takeAsReferences(
      trx,
      putBack.flatMap(({ entryId, attribute, targetEntry, kind }) =>
        attribute === null || targetEntry === null
          ? []
          : [{ source: entryId, attribute, targetEntry, present: kind === 'reference-added' }]
      )
    )
    // Whoever was passed over by an exporter meanwhile is among them.
    return { exportable: [...held], drift: decided.length }
  })
}

async function dueReferences(trx: DatabaseTransaction, limit: number): Promise<DueReference[]> {
  const { rows } = await sql<DueReference>`
    select d.source_entry as source, d.attribute, d.target_entra_id as target, d.present, t.entry_id as "targetEntry",
      exists (select from drift_suspect u where u.entry_id in (s.entry_id, t.entry_id)) as waits,
      s.entra_state = 'present' and o.desired_present and not (d.present and ${isReplaced})
      and not exists (select from drift v where v.entry_id in (s.entry_id, t.entry_id) and v.ended_at is null
        and v.kind = 'vanished')
      and case when d.present then l.source_entry is null or not (l.exported or l.desired)
        else coalesce(l.exported and l.desired and t.entra_state = 'present' and p.desired_present, false) end as strange
    from drift_reference_suspect d
    join export_state s on s.entry_id = d.source_entry join export_object o on o.entry_id = d.source_entry
    left join export_state t on t.entra_id = d.target_entra_id
    left join export_object p on p.entry_id = t.entry_id
    left join lateral (
      select source_entry, desired, exported from export_link
      where source_entry = d.source_entry and attribute = d.attribute and target_entry = t.entry_id limit 1
    ) l on true
    where d.due_at <= clock_timestamp() order by d.due_at limit ${limit}
    for update of d skip locked`.execute(trx)
  return rows
}

/**
 * Somebody has one manager. Whoever was put in the place of the one that is meant goes when that one is written
 * again: the request that removes a manager names none, so it could take the right one.
 */
const isReplaced = sql`(d.attribute = 'manager' and exists (
  select from export_link m join export_state ms on ms.entry_id = m.target_entry and ms.entra_state = 'present'
  join export_object mo on mo.entry_id = m.target_entry and mo.desired_present
  where m.source_entry = d.source_entry and m.attribute = 'manager' and m.desired and not m.refused))`

async function holdSources(trx: DatabaseTransaction, sources: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select entry_id as id from export_state where entry_id = any(${sources})
    order by entry_id for update skip locked`.execute(trx)
  return rows.map(({ id }) => id)
}

function findingOf({ source, attribute, target, targetEntry, present }: DueReference): Finding {
  return {
    entryId: source,
    kind: present ? 'reference-added' : 'reference-removed',
    attribute,
    targetEntraId: target,
    targetEntry,
    expected: !present,
    found: present,
    // What is not ours is somebody's own wish: it is told and never touched.
    mayPutBack: targetEntry !== null
  }
}

async function putOff(trx: DatabaseTransaction, due: readonly DueReference[]): Promise<void> {
  if (due.length === 0) return
  await sql`
    update drift_reference_suspect d set due_at = clock_timestamp() + make_interval(secs => ${putOffSeconds})
    from ${keys(due)} where ${isKey}`.execute(trx)
}

async function drop(trx: DatabaseTransaction, due: readonly DueReference[]): Promise<void> {
  if (due.length === 0) return
  await sql`delete from drift_reference_suspect d using ${keys(due)} where ${isKey}`.execute(trx)
}

function keys(due: readonly DueReference[]) {
  return sql`jsonb_to_recordset(${JSON.stringify(due)}::jsonb) as r (source uuid, attribute text, target uuid)`
}

const isKey = sql`d.source_entry = r.source and d.attribute = r.attribute and d.target_entra_id = r.target`
