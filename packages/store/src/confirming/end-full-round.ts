import type { ConfirmedType } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { forgetSeen, referenceOf } from './rounds.ts'
import { afterGrace, writtenAt } from './suspects.ts'

/**
 * A full round has told of everything: objects that it has not told of may be gone, and so may references. What was
 * written since it began it may have told of too early; the next round tells of it.
 */
export async function endFullRound(
  trx: DatabaseTransaction,
  objectType: ConfirmedType,
  graceSeconds: number
): Promise<void> {
  await expectMany(trx)
  await sql`
    insert into drift_suspect (entry_id, due_at)
    select s.entry_id, ${afterGrace(writtenAt, graceSeconds)} from export_state s join export_object o using (entry_id)
    where o.object_type = ${objectType} and s.entra_state = 'present' and s.entra_id is not null
      and ${writtenAt} < (select begun_at from confirming_round where object_type = ${objectType})
      and not exists (select from confirming_seen c where c.entry_id = s.entry_id)
    on conflict do nothing`.execute(trx)
  await doubtReferences(trx, objectType)
  await endDrift(trx, referenceOf[objectType])
  await forgetSeen(trx, objectType)
}

/**
 * The tables were empty when the round began, and PostgreSQL takes them to be so until it has looked: it would go
 * through all of them for each object, which takes a hundred thousand of them hours.
 */
async function expectMany(trx: DatabaseTransaction): Promise<void> {
  await sql`analyze confirming_seen, confirming_seen_reference`.execute(trx)
  await sql`set local enable_nestloop = off`.execute(trx)
}

async function doubtReferences(trx: DatabaseTransaction, objectType: ConfirmedType): Promise<void> {
  const attribute = referenceOf[objectType]
  await sql`
    with written as materialized (
      select distinct entry_id as source, detail ->> 'target' as target from journal
      where id > (select begun_journal from confirming_round where object_type = ${objectType})
        and step = 'exported' and detail ->> 'attribute' = ${attribute}
    )
    insert into drift_reference_suspect (source_entry, attribute, target_entra_id, present, due_at)
    select f.source, ${attribute}, f.target, f.present, clock_timestamp()
    from (${missing(attribute)} union all ${surplus(attribute)}) f
    where not exists (select from written w where w.source = f.source and w.target = f.target_entry::text)
    order by f.source, f.target
    on conflict (source_entry, attribute, target_entra_id)
      do update set present = excluded.present, due_at = excluded.due_at`.execute(trx)
}

/** Written, and not told although its source was. */
function missing(attribute: string): RawBuilder<unknown> {
  return sql`
    select l.source_entry as source, t.entra_id as target, l.target_entry, false as present
    from export_link l join confirming_seen c on c.entry_id = l.source_entry
    join export_state s on s.entry_id = l.source_entry and s.entra_state = 'present'
    join export_state t on t.entry_id = l.target_entry and t.entra_state = 'present' and t.entra_id is not null
    where l.attribute = ${attribute} and l.exported and l.desired and not exists (
      select from confirming_seen_reference r where r.source_entry = l.source_entry
        and r.attribute = l.attribute and r.target_entra_id = t.entra_id)`
}

/** Told, and neither written nor meant. What is known of and left is not looked at again. */
function surplus(attribute: string): RawBuilder<unknown> {
  return sql`
    select r.source_entry, r.target_entra_id, t.entry_id, true from confirming_seen_reference r
    left join export_state t on t.entra_id = r.target_entra_id
    where r.attribute = ${attribute} and not exists (
      select from export_link l where l.source_entry = r.source_entry and l.attribute = r.attribute
        and l.target_entry = t.entry_id and (l.exported or l.desired))
    and not exists (
      select from drift d where d.entry_id = r.source_entry and d.kind = 'reference-added' and d.ended_at is null
        and d.attribute = r.attribute and d.target_entra_id = r.target_entra_id)`
}

/** What was told of references before, and is as it should be now. */
async function endDrift(trx: DatabaseTransaction, attribute: string): Promise<void> {
  await sql`
    update drift d set ended_at = now() from confirming_seen c
    where d.ended_at is null and d.action <> 'put-back' and d.attribute = ${attribute} and d.entry_id = c.entry_id
      and d.kind in ('reference-added', 'reference-removed')
      and (d.kind = 'reference-removed') = exists (
        select from confirming_seen_reference r where r.source_entry = d.entry_id
          and r.attribute = d.attribute and r.target_entra_id = d.target_entra_id)`.execute(trx)
}
