import type { ConnectorScope } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { containerClasses } from './classes.ts'

type Containers = NonNullable<ConnectorScope['containers']>

/**
 * `inside_place`: those places of `todo` whose objects are let in. The nearest chosen container decides, the place
 * itself before those above it. The chain ends at a container that was not imported.
 */
export function containerTables(
  { connector, noneIsNew }: { readonly connector: string; readonly noneIsNew: boolean },
  containers: Containers
): RawBuilder<unknown> {
  const chosen = JSON.stringify({
    ...Object.fromEntries(containers.include.map(({ objectGuid }) => [objectGuid, true])),
    ...Object.fromEntries(containers.exclude.map(({ objectGuid }) => [objectGuid, false]))
  })
  const isNew = (at: RawBuilder<unknown>) =>
    containers.newContainers === 'in' || noneIsNew
      ? sql`null`
      : sql`(select false from staged_object n where n.object_guid = ${at} and n.connector = ${connector}
          and n.object_class = any(${containerClasses}) and not exists (
            select from scope_container k where k.object_guid = ${at} and k.connector = ${connector}))`
  const choice = (at: RawBuilder<unknown>) =>
    sql`coalesce((${chosen}::jsonb -> (${at})::text)::boolean, ${isNew(at)})`
  // Each step is a look-up by key (lateral, and `offset 0`, which the planner does not see through).
  return sql`chain as (
      select place, place as at, ${choice(sql`place`)} as choice
      from (select distinct place from todo where place is not null) p
      union
      select c.place, p.parent_guid, ${choice(sql`p.parent_guid`)} from chain c
        cross join lateral (select s.parent_guid from staged_object s
          where s.object_guid = c.at and s.connector = ${connector} and s.parent_guid is not null offset 0) p
      where c.choice is null
    ), inside_place as materialized (
      select place from chain group by place having coalesce(bool_or(choice), ${outsideAll(containers)})
      union all select '00000000-0000-0000-0000-000000000000' where ${outsideAll(containers)}
    ),`
}

/** What holds for objects that are below no chosen container. */
export function outsideAll({ include }: Containers): boolean {
  return include.length === 0
}
