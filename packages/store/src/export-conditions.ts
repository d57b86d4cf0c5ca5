import { sql } from 'kysely'

/**
 * References that can be written now, as `l` with its ends `s` and `t`: both are in the tenant, and both are to
 * stay there. The references of an object that is to go leave with it; while its delete is held they stay.
 */
export const readyLinks = sql`export_link l
  join export_state s on s.entry_id = l.source_entry and s.entra_state = 'present'
  join export_state t on t.entry_id = l.target_entry and t.entra_state = 'present'
  join export_object source on source.entry_id = l.source_entry and source.desired_present
  join export_object target on target.entry_id = l.target_entry and target.desired_present`

/** The condition that goes with `readyLinks`, or with `export_link l` alone. A removal that waits for a person is not pending. */
export const linkIsPending = sql`l.desired <> l.exported and not l.refused and (l.desired or not exists (
  select from hold h where h.entry_id = l.source_entry and h.target_entry = l.target_entry and h.revision = l.removal
    and l.attribute = 'member' and h.state in ('held', 'refused')))`

/** Of `export_object o`: its attributes or its presence are still to be written, and were not refused. */
export const exportIsPending = sql`o.desired_revision > greatest(o.exported_revision, o.refused_revision)`
