import { type RawBuilder, sql } from 'kysely'
import { exportIsPending } from '../export-conditions.ts'
import type { GateSettings } from './gate-settings.ts'

/**
 * What is to be written next of a delete, of `export_object o` with its `export_state s`: 'delete', 'disable', or null
 * while it waits for its day. An object that was never confirmed in the tenant has nothing to be disabled.
 */
export function deleteStep({ deleteAfterDays: days }: GateSettings): RawBuilder<'delete' | 'disable' | null> {
  if (days === 0) return sql`'delete'::text`
  const isDue =
    days === 'never' ? sql`false` : sql`o.desired_at <= now() - make_interval(days => ${days}::integer)`
  return sql`case when s.entra_state <> 'present' or ${isDue} then 'delete'
    when o.postponed_revision < o.desired_revision then 'disable' end`
}

/** Of the same: a delete that has something to be written. One of what is in the bin already is no delete any more. */
export function deleteIsDue(settings: GateSettings): RawBuilder<boolean> {
  return sql`not o.desired_present and ${exportIsPending} and s.entra_state <> 'deleted'
    and ${deleteStep(settings)} is not null`
}

/** Joins to `export_object o` the hold `h` of the delete that is wanted now, if it has one. */
export const holdOfDelete = sql`left join hold h on h.entry_id = o.entry_id and h.target_entry is null
  and h.revision = o.desired_revision and h.state <> 'withdrawn'`

/** Joins to `export_link l` the hold `h` of the removal that is wanted now, if it has one. */
export const holdOfRemoval = sql`left join hold h on h.entry_id = l.source_entry and h.target_entry = l.target_entry
  and h.revision = l.removal and h.state <> 'withdrawn'`

/** Of `export_link l`: a member that a group is to lose. */
export const isRemoval = sql`l.attribute = 'member' and not l.desired and l.exported and not l.refused`

/** Of `hold h`: what it is about is still wanted, and not done. */
export const isCurrent = sql`case when h.target_entry is null then exists (
    select from export_object o where o.entry_id = h.entry_id and not o.desired_present
      and o.desired_revision = h.revision and o.exported_revision < h.revision)
  else exists (
    select from export_link l
    join export_object source on source.entry_id = l.source_entry and source.desired_present
    join export_object target on target.entry_id = l.target_entry and target.desired_present
    where l.source_entry = h.entry_id and l.attribute = 'member' and l.target_entry = h.target_entry
      and not l.desired and l.exported and l.removal = h.revision) end`

/** Of `hold h`: its state, also when nobody has written down yet that it is moot. */
export const stateNow = sql<string>`case when h.state in ('held', 'refused') and not (${isCurrent}) then 'withdrawn'
  else h.state end`
