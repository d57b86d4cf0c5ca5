import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import { markScopeOfMembers } from './scope/mark-scope-affected.ts'
import type { StagingPage } from './stage-objects.ts'

export interface StagedLinks {
  /** The objects whose references have changed. */
  readonly sources: readonly ObjectGuid[]
  /** The members that a group gained or lost. */
  readonly targets: readonly ObjectGuid[]
}

interface LinkRow {
  readonly source: ObjectGuid
  readonly attribute: string
  readonly target: ObjectGuid
  readonly present: boolean
}

/**
 * Stages references. A row changes only when its presence changes, and then the source's revision rises
 * with it: synchronisation looks at the rows whose revision it has not seen, not at the whole group.
 */
export async function stageLinks(
  trx: DatabaseTransaction,
  page: StagingPage & { readonly mode: 'full' | 'delta' },
  changes: readonly DirectoryChange[]
): Promise<StagedLinks> {
  const links = JSON.stringify(linkRows(changes))
  const replaced = JSON.stringify(
    changes.flatMap(change =>
      (change.replacesLinks ?? []).map(attribute => ({ source: change.objectGuid, attribute }))
    )
  )
  if (links === '[]' && replaced === '[]') return { sources: [], targets: [] }
  const result = await sql<{ objectGuid: string; targets: ObjectGuid[] }>`
    with named as (
      select * from jsonb_to_recordset(${links}::jsonb) as r (source uuid, attribute text, target uuid, present boolean)
    ), incoming as (
      select * from named
      union all
      select l.source_guid, l.attribute, l.target_guid, false
      from staged_link l
      join jsonb_to_recordset(${replaced}::jsonb) as r (source uuid, attribute text)
        on l.source_guid = r.source and l.attribute = r.attribute
      where l.connector = ${page.connector} and l.present
        and (l.source_guid, l.attribute, l.target_guid) not in (select source, attribute, target from named)
    ), changing as (
      select i.* from incoming i left join staged_link l on l.connector = ${page.connector}
        and l.source_guid = i.source and l.attribute = i.attribute and l.target_guid = i.target
      where coalesce(l.present, false) <> i.present
    ), bumped as (
      update staged_object s set revision = s.revision + 1, staged_at = now(), generation = ${page.generation}
      where s.connector = ${page.connector} and not s.deleted and s.object_guid in (select source from changing)
      returning s.object_guid, s.revision
    ), upserted as (
      insert into staged_link (connector, source_guid, attribute, target_guid, present, generation, revision)
      select ${page.connector}, c.source, c.attribute, c.target, c.present, ${page.generation}, b.revision
      from changing c join bumped b on b.object_guid = c.source
      on conflict (source_guid, attribute, target_guid, connector) do update set
        present = excluded.present, generation = excluded.generation, revision = excluded.revision
    )
    select b.object_guid as "objectGuid", (select array_agg(c.target) from changing c
      where c.source = b.object_guid and c.attribute = 'member') as targets
    from bumped b`.execute(trx)
  if (page.mode === 'full' || page.marksNews) await touchLinks(trx, page, links)
  return {
    sources: result.rows.map(row => row.objectGuid),
    targets: result.rows.flatMap(row => row.targets ?? [])
  }
}

/**
 * A restored object may have been deleted and restored between two imports. Whoever referred to it has lost the
 * reference then, and is not reported. So the references to it are staged as removed; what the object's own back
 * links still tell is added again within the same page.
 *
 * @returns the sources that have changed.
 */
export async function unlinkRestored(
  trx: DatabaseTransaction,
  page: StagingPage,
  changes: readonly DirectoryChange[]
): Promise<ObjectGuid[]> {
  const restored = changes.filter(change => change.state === 'restored').map(change => change.objectGuid)
  if (restored.length === 0) return []
  const sources = await removeLinks(trx, page.connector, sql`target_guid = any(${restored})`)
  // A full import may have read them while they still had the references.
  if (page.marksNews && sources.length > 0) {
    await sql`update staged_object set delta_at = clock_timestamp()
      where connector = ${page.connector} and object_guid = any(${sources})`.execute(trx)
  }
  return sources
}

/** Stages the links that a condition chooses as removed. @returns the sources, whose revisions rise with it. */
export async function removeLinks(
  trx: DatabaseTransaction,
  connector: string,
  which: RawBuilder<unknown>
): Promise<ObjectGuid[]> {
  await markScopeOfMembers(trx, connector, which)
  const result = await sql<{ objectGuid: string }>`
    with chosen as (
      select source_guid, attribute, target_guid from staged_link
      where connector = ${connector} and present and ${which}
    ), bumped as (
      update staged_object s set revision = s.revision + 1, staged_at = now()
      where s.connector = ${connector} and s.object_guid in (select source_guid from chosen)
      returning s.object_guid, s.revision
    ), removed as (
      update staged_link l set present = false, revision = b.revision
      from chosen c join bumped b on b.object_guid = c.source_guid
      where l.connector = ${connector} and l.source_guid = c.source_guid
        and l.attribute = c.attribute and l.target_guid = c.target_guid
    )
    select object_guid as "objectGuid" from bumped`.execute(trx)
  return result.rows.map(row => row.objectGuid)
}

/** An import proves that a link still exists by giving it the generation of the newest full import. */
async function touchLinks(
  trx: DatabaseTransaction,
  page: { readonly connector: string; readonly generation: number },
  links: string
): Promise<void> {
  await sql`
    update staged_link l set generation = ${page.generation}
    from jsonb_to_recordset(${links}::jsonb) as r (source uuid, attribute text, target uuid, present boolean)
    where l.connector = ${page.connector} and l.source_guid = r.source and l.attribute = r.attribute
      and l.target_guid = r.target and r.present and l.generation <> ${page.generation}`.execute(trx)
}

/** The last word about a link wins when a page names it twice. */
function linkRows(changes: readonly DirectoryChange[]): LinkRow[] {
  const byKey = new Map<string, LinkRow>()
  for (const { objectGuid, links } of changes) {
    for (const { attribute, added, removed } of links) {
      for (const target of removed) {
        byKey.set(`${objectGuid} ${attribute} ${target}`, {
          source: objectGuid,
          attribute,
          target,
          present: false
        })
      }
      for (const target of added) {
        byKey.set(`${objectGuid} ${attribute} ${target}`, {
          source: objectGuid,
          attribute,
          target,
          present: true
        })
      }
    }
  }
  return [...byKey.values()]
}
