import { sql } from 'kysely'

/** Of `export_object o` and `export_state s`: what its presence in the tenant comes to; null: it never was there. */
export const presenceChange = sql`case
  when o.desired_present then case s.entra_state when 'present' then 'stay' when 'deleted' then 'restore' else 'create' end
  when s.entra_state = 'present' then 'delete' end`

/** Of `export_object o`: something of it is still to be written, whether it was refused before or not. */
export const isUnwritten = sql`o.desired_revision > o.exported_revision`

/**
 * References that will be written when their ends are in the tenant. Those of an object that is to go leave with it, and
 * are not written.
 */
export const lastingLinks = sql`export_link l
  join export_object source on source.entry_id = l.source_entry and source.desired_present
  join export_object target on target.entry_id = l.target_entry and target.desired_present`

/** Of `export_object o`: why its delete is not sent; null where it is, or where none is to be. */
export const heldDelete = sql`case when o.desired_present then null else coalesce(
  (select h.state from hold h where h.entry_id = o.entry_id and h.target_entry is null and h.revision = o.desired_revision
    and h.state in ('held', 'refused')),
  case when o.postponed_revision = o.desired_revision then 'postponed' end) end`
