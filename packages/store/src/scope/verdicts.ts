import type { ConnectorScope } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { containerClasses, scopedClasses } from './classes.ts'
import { conditionsHold } from './conditions.ts'
import { containerTables } from './container-verdicts.ts'
import { memberTables } from './member-verdicts.ts'

export interface Evaluation {
  readonly connector: string
  readonly scope: ConnectorScope
  readonly importedAttributes: readonly string[]
  readonly askedAttributes: readonly string[]
  /** Which of the connector's rows `staged_object s` are judged. */
  readonly which: RawBuilder<unknown>
  /** True where many are judged: all members are found from the groups down, not from each object up. */
  readonly many: boolean
  /** True: no container counts as a new one. So it is at the moment when a scope is applied. */
  readonly noneIsNew: boolean
}

/**
 * Tables for a `with recursive`, the last of them `verdict`: for each row `part` (which part of the scope keeps it
 * out; null: none does), `was` (the same as last decided), `inside` (of a container or a group: whether objects
 * in it are let in) and `crosses` (it changes sides).
 *
 * Deleted objects stay as they were. Where a condition cannot be judged since its attribute was never imported, an
 * object stays on its side, and one that synchronisation has never seen stays out: nobody is deleted, and nobody is
 * created, for what is not known.
 */
export function verdictTables(evaluation: Evaluation): RawBuilder<unknown> {
  const { scope, connector, which } = evaluation
  const hasContainers = scope.containers !== undefined
  const hasGroups = scope.groups !== undefined
  return sql`todo as materialized (
      select s.object_guid, s.dn, s.object_class, s.deleted, s.entry_id, s.synchronised_revision, s.scope_pending,
        s.out_of_scope as was, s.scope_inside as was_inside,
        s.object_class = any(${scopedClasses}) as scoped, s.object_class = any(${containerClasses}) as container,
        case when s.object_class = any(${containerClasses}) then s.object_guid else s.parent_guid end as place,
        ${holds(evaluation)} as holds
      from staged_object s where s.connector = ${connector} and ${which}
    ), ${hasContainers ? containerTables(evaluation, scope.containers) : sql``}
    ${hasGroups ? memberTables(evaluation, scope.groups) : sql``}
    judged as materialized (
      select t.*, ${hasContainers ? sql`coalesce(t.place, ${nowhere}) in (select place from inside_place)` : sql`true`} as in_place,
        ${hasGroups ? sql`t.object_guid in (select object_guid from member)` : sql`true`} as is_member
      from todo t
    ), decided as (
      select j.*,
        case when j.deleted then j.was
             when not j.scoped then null
             when not j.in_place then 'container'
             when not j.is_member then 'group'
             when not j.holds then 'condition'
             when j.holds is null and (j.was is not null or j.synchronised_revision = 0) then 'condition' end as part,
        case when j.container then ${hasContainers ? sql`j.in_place` : sql`null::boolean`}
             when j.object_class = 'group' then ${hasGroups ? sql`j.is_member` : sql`null::boolean`} end as inside
      from judged j
    ), verdict as (
      select d.*, (d.part is null) <> (d.was is null) as crosses from decided d
    )`
}

/** The place of objects without a parent. No objectGUID is this one. */
const nowhere = sql`'00000000-0000-0000-0000-000000000000'::uuid`

/** An object that synchronisation has not seen came with a complete report, for which a full import in progress may have asked. */
function holds({ scope, importedAttributes, askedAttributes }: Evaluation): RawBuilder<unknown> {
  const { conditions } = scope
  if (conditions === undefined) return sql`true`
  return sql`case when s.object_class <> all(${scopedClasses}) then true
    when s.synchronised_revision = 0 then ${conditionsHold(conditions, askedAttributes)}
    else ${conditionsHold(conditions, importedAttributes)} end`
}
