import type { ObjectGuid } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { readScope } from './read-scope.ts'

export interface ScopeNews {
  /** Objects that are new, restored or different. */
  readonly changed?: readonly ObjectGuid[]
  /** Objects whose name or place is another one. What is below them follows when they are settled. */
  readonly moved?: readonly ObjectGuid[]
  /** Targets of `member` links that were added or removed. */
  readonly linkTargets?: readonly ObjectGuid[]
}

/**
 * Marks what may change sides by news of a page. Nothing is decided here: `settleScope` does that when the page is
 * complete, and until then synchronisation passes these objects over. Without a scope it is one look at one row.
 *
 * Only what has news itself is marked, not what is below it. When it is settled and the verdict on a container or a
 * group is another one than before, then what is in it is decided too.
 */
export async function markScopeAffected(
  trx: DatabaseTransaction,
  connector: string,
  { changed = [], moved = [], linkTargets = [] }: ScopeNews
): Promise<void> {
  if (changed.length + moved.length + linkTargets.length === 0) return
  const scope = (await readScope(trx, connector))?.scope
  if (scope === undefined || scope === null) return
  const guids = [...new Set([...changed, ...moved, ...(scope.groups === undefined ? [] : linkTargets)])]
  if (guids.length === 0) return
  await sql`update staged_object set scope_pending = true
    where connector = ${connector} and object_guid = any(${guids}) and not scope_pending`.execute(trx)
}

/**
 * The same for the targets of links that are about to go, while they are still there.
 *
 * @param which A condition on `staged_link`.
 */
export async function markScopeOfMembers(
  trx: DatabaseTransaction,
  connector: string,
  which: RawBuilder<unknown>
): Promise<void> {
  if ((await readScope(trx, connector))?.scope?.groups === undefined) return
  await sql`update staged_object set scope_pending = true
    where connector = ${connector} and not scope_pending and object_guid = any(array(
      select target_guid from staged_link
      where connector = ${connector} and attribute = 'member' and present and (${which})))`.execute(trx)
}

/** Marks everything below containers, whatever lies between. */
export async function markBelowContainers(
  trx: DatabaseTransaction,
  connector: string,
  containers: readonly ObjectGuid[]
): Promise<void> {
  if (containers.length === 0) return
  await sql`
    with recursive below as (
      select unnest(${containers}::uuid[]) as guid
      union
      select c.object_guid from below b cross join lateral (select object_guid from staged_object
        where parent_guid = b.guid and connector = ${connector} offset 0) c
    )
    update staged_object set scope_pending = true
    where connector = ${connector} and not scope_pending and object_guid = any(array(select guid from below))`.execute(
    trx
  )
}

/** Marks the members of groups, nested ones too. Groups that are members of one another do not go round for ever. */
export async function markBelowGroups(
  trx: DatabaseTransaction,
  connector: string,
  groups: readonly ObjectGuid[]
): Promise<void> {
  if (groups.length === 0) return
  await sql`
    with recursive below as (
      select unnest(${groups}::uuid[]) as guid
      union
      select l.target_guid from below b cross join lateral (select target_guid from staged_link
        where source_guid = b.guid and attribute = 'member' and present and connector = ${connector} offset 0) l
    )
    update staged_object set scope_pending = true
    where connector = ${connector} and not scope_pending and object_guid = any(array(select guid from below))`.execute(
    trx
  )
}
