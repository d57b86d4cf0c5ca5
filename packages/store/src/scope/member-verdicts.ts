import type { ConnectorScope, ObjectGuid } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { scopedClasses } from './classes.ts'

type Groups = NonNullable<ConnectorScope['groups']>

/** `member`: the chosen groups and their members, nested ones too; of those that are in `todo` at the least. */
export function memberTables(
  { connector, many }: { readonly connector: string; readonly many: boolean },
  groups: Groups
): RawBuilder<unknown> {
  const chosen = groups.map(({ objectGuid }) => objectGuid)
  return many ? membersBelow(connector, chosen) : membersByGroups(connector, chosen)
}

/** From the groups down: the cost is that of the whole membership. */
function membersBelow(connector: string, chosen: readonly ObjectGuid[]): RawBuilder<unknown> {
  return sql`member as (
      select unnest(${chosen}::uuid[]) as object_guid
      union
      select l.target_guid from member m cross join lateral (select target_guid from staged_link
        where source_guid = m.object_guid and attribute = 'member' and present and connector = ${connector} offset 0) l
    ),`
}

/**
 * From the objects up: the cost is that of the groups they are in, however many members those have. The groups above
 * a group are found once for all of its members.
 */
function membersByGroups(connector: string, chosen: readonly ObjectGuid[]): RawBuilder<unknown> {
  const groupsOf = (guid: RawBuilder<unknown>) => sql`lateral (select source_guid from staged_link
    where target_guid = ${guid} and attribute = 'member' and present and connector = ${connector} offset 0)`
  return sql`direct as materialized (
      select t.object_guid, g.source_guid from todo t cross join ${groupsOf(sql`t.object_guid`)} g
      where t.object_class = any(${scopedClasses})
    ), above as (
      select source_guid as low, source_guid as at from direct
      union
      select a.low, g.source_guid from above a cross join ${groupsOf(sql`a.at`)} g
      where a.at <> all(${chosen}::uuid[])
    ), member as materialized (
      select object_guid from direct where source_guid in (select low from above where at = any(${chosen}::uuid[]))
      union all select unnest(${chosen}::uuid[])
    ),`
}
