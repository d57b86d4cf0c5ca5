import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import { renameDescendants } from './rename-descendants.ts'
import { markScopeAffected } from './scope/mark-scope-affected.ts'
import { stageLinks, unlinkRestored } from './stage-links.ts'
import { livingAmong, type StagingPage, stageComplete, stageDelta } from './stage-objects.ts'

/** A page of an import, as its statements see it. */
export interface StagedPage extends StagingPage {
  readonly mode: 'full' | 'delta'
  readonly namingContext: string
  readonly runId: string
  /** Of a full import beside delta imports: when it began to read the page, by the database's clock. */
  readonly readSince?: string
  /** Of a full import at another controller than the deltas came from: what was staged since then may be newer. */
  readonly trustedSince?: string
}

export interface Batch {
  /** Objects that are new or different. */
  readonly changed: ReadonlySet<ObjectGuid>
  /** Known objects that the report calls deleted. They are marked at the end of the page. */
  readonly gone: readonly ObjectGuid[]
  /** Objects of which only a part is known: they need a complete read. */
  readonly unread: readonly ObjectGuid[]
}

/** Stages some changes of a page. Deletes are only gathered: a wave of them must become visible as a whole. */
export async function stageBatch(
  trx: DatabaseTransaction,
  page: StagedPage,
  reported: readonly DirectoryChange[]
): Promise<Batch> {
  const changes = await withoutOutdated(trx, page, reported)
  const alive = changes.filter(change => change.state !== 'deleted')
  const gone = changes.filter(change => change.state === 'deleted').map(change => change.objectGuid)
  const complete = alive.filter(change => change.complete)
  const partial = alive.filter(change => !change.complete)

  const unlinked = await unlinkRestored(trx, page, partial)
  const { staged: merged, unseen, doubtful } = await stageDelta(trx, page, partial)
  const newcomers = createdSince(partial, unseen)
  const staged = [...merged, ...(await stageComplete(trx, page, [...complete, ...newcomers]))]

  const created = new Set(newcomers.map(change => change.objectGuid))
  const unread = [...unseen.filter(guid => !created.has(guid)), ...doubtful]
  const left = new Set(unread)
  const linked = await stageLinks(
    trx,
    page,
    alive.filter(change => !left.has(change.objectGuid))
  )
  const moved = staged.filter(row => row.moved).map(row => row.objectGuid)
  await renameDescendants(trx, page.connector, moved)
  const different = staged.map(row => row.objectGuid)
  await markScopeAffected(trx, page.connector, { changed: different, moved, linkTargets: linked.targets })
  return {
    changed: new Set([...different, ...unlinked, ...linked.sources]),
    // Those that are not known are passed on too while a full import may be about to tell of them.
    gone: page.marksNews ? gone : await livingAmong(trx, page.connector, gone),
    unread
  }
}

/**
 * A delta tells the class of an object only when the object was created after the cookie; then all of its
 * values are newer than the cookie too, and the report is complete.
 */
function createdSince(partial: readonly DirectoryChange[], unseen: readonly ObjectGuid[]): DirectoryChange[] {
  const guids = new Set(unseen)
  return partial.filter(change => guids.has(change.objectGuid) && change.objectClass !== undefined)
}

/**
 * A full import reads for minutes, and delta imports go on beside it. What a delta has told since the full import
 * began to read this page may be newer than what the page says: it stands, and the next delta import reads the
 * object completely. That the object was reported still proves that it exists.
 */
async function withoutOutdated(
  trx: DatabaseTransaction,
  page: StagedPage,
  changes: readonly DirectoryChange[]
): Promise<readonly DirectoryChange[]> {
  const { readSince, trustedSince } = page
  if ((readSince === undefined && trustedSince === undefined) || changes.length === 0) return changes
  const { rows } = await sql<{ objectGuid: string }>`
    with newer as (
      update staged_object set generation = ${page.generation}
      where connector = ${page.connector} and object_guid = any(${changes.map(change => change.objectGuid)})
        and (delta_at >= ${readSince ?? 'infinity'}::timestamptz or staged_at >= ${trustedSince ?? 'infinity'}::timestamptz)
      returning object_guid, deleted, coalesce(delta_at >= ${readSince ?? 'infinity'}::timestamptz, false) as meanwhile
    ), again as (
      insert into reread (connector, object_guid)
      select ${page.connector}, object_guid from newer where meanwhile and not deleted
      on conflict (object_guid, connector) do update set since = clock_timestamp()
    )
    select object_guid as "objectGuid" from newer`.execute(trx)
  if (rows.length === 0) return changes
  const newer = new Set(rows.map(row => row.objectGuid))
  return changes.filter(change => !newer.has(change.objectGuid))
}
