import { sql } from 'kysely'
import { type Database, transact } from '../database.ts'

/**
 * Before each reading: ends what the exporter has put back, and looks again at what was only reported although the
 * policy is to put it back, as after staging mode.
 */
export function settleDrift(database: Database, putsBack: boolean): Promise<void> {
  return transact(database, async trx => {
    await sql`
      update drift d set ended_at = now()
      from export_object o join export_state s on s.entry_id = o.entry_id
      where d.ended_at is null and d.action = 'put-back' and o.entry_id = d.entry_id and case d.kind
        when 'attribute' then o.exported_revision >= o.desired_revision
          or (not o.desired_present and o.postponed_revision = o.desired_revision)
        when 'vanished' then not o.desired_present
          or (s.entra_state = 'present' and o.exported_revision >= o.desired_revision)
        when 'returned' then s.entra_state <> 'present' or o.desired_present
        when 'reference-removed' then not exists (
          select from export_link l where l.source_entry = d.entry_id and l.attribute = d.attribute
            and l.target_entry = d.target_entry and l.desired and not l.exported)
        else not exists (
          select from export_link l where l.source_entry = d.entry_id and l.attribute = d.attribute
            and l.target_entry = d.target_entry and l.exported and not l.desired) end`.execute(trx)
    await sql`
      update drift d set ended_at = now()
      from export_object o join export_state s on s.entry_id = o.entry_id
      where d.ended_at is null and d.kind = 'vanished' and o.entry_id = d.entry_id
        and not o.desired_present and s.entra_state <> 'present'`.execute(trx)
    if (!putsBack) return
    await sql`
      insert into drift_suspect (entry_id, due_at)
      select distinct entry_id, clock_timestamp() from drift
      where ended_at is null and action = 'reported' and kind in ('attribute', 'vanished')
        and (attribute is null or attribute not in ('onPremisesImmutableId', 'uniqueName'))
      on conflict do nothing`.execute(trx)
    await sql`
      insert into drift_reference_suspect (source_entry, attribute, target_entra_id, present, due_at)
      select entry_id, attribute, target_entra_id, kind = 'reference-added', clock_timestamp() from drift
      where ended_at is null and action = 'reported' and kind in ('reference-added', 'reference-removed')
        and target_entry is not null
      on conflict do nothing`.execute(trx)
  })
}
