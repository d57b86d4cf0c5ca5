import { type RawBuilder, sql } from 'kysely'
import { type Evaluation, verdictTables } from './verdicts.ts'

/**
 * Tables for a `with recursive` that write the verdicts: `updated` has the rows that were written. An object that
 * changes sides gets a new revision, unless it has news already that synchronisation has not seen.
 *
 * @param keepPending True: a page is in progress. What it marked is decided at its end, and stays as it is until then.
 */
export function decidingTables(evaluation: Evaluation, keepPending: boolean): RawBuilder<unknown> {
  const undecided = keepPending ? sql`s.scope_pending` : sql`false`
  const part = keepPending ? sql`case when v.scope_pending then v.was else v.part end` : sql`v.part`
  const crosses = keepPending ? sql`(v.crosses and not v.scope_pending)` : sql`v.crosses`
  return sql`${verdictTables(evaluation)}, updated as (
      update staged_object s set out_of_scope = ${part}, scope_inside = v.inside, scope_pending = ${undecided},
        revision = s.revision + (${crosses} and s.revision <= s.synchronised_revision)::int,
        staged_at = case when ${crosses} then now() else s.staged_at end
      from verdict v where s.object_guid = v.object_guid and s.connector = ${evaluation.connector} and ${evaluation.which}
        and (v.part is distinct from v.was or v.inside is distinct from v.was_inside
             or s.scope_pending is distinct from ${undecided})
      returning s.object_guid, s.entry_id, s.revision, s.out_of_scope, ${crosses} as crosses
    ), told as (
      insert into journal (connector, object_guid, entry_id, step, detail)
      select ${evaluation.connector}, object_guid, entry_id, 'scoped',
        jsonb_build_object('revision', revision, 'outOfScope', out_of_scope)
      from updated where crosses
    )`
}
