import type { Cookie, DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type CookiePosition, expectCookie, type NamingContextKey, writeCookie } from './cookies.ts'
import { type Database, type DatabaseTransaction, transact } from './database.ts'
import { renameDescendants } from './rename-descendants.ts'
import { stageLinks, unlinkRestored } from './stage-links.ts'
import { markDeleted, stageComplete, stageDelta } from './stage-objects.ts'
import { sweepVanished } from './sweep-vanished.ts'

export interface PageInput extends NamingContextKey {
  /** The cookie that the page was asked for with; `undefined` when none was ever stored. Compared before anything is kept. */
  readonly expected: Cookie | undefined
  readonly generation: number
  readonly mode: 'full' | 'delta'
  readonly runId: string
}

/** Stages one chunk of the page. Gives the objects that need a complete read, since only a part of them is known. */
export type Stage = (changes: readonly DirectoryChange[]) => Promise<readonly ObjectGuid[]>

export interface PageResult {
  /** Objects that are new, different or gone: synchronisation has news of these. */
  readonly changed: readonly ObjectGuid[]
  readonly reported: number
  readonly deleted: number
}

/** What `work` gives at its end: where the page leads, and whether it was the last of a full import. */
export interface PageEnd {
  readonly to: Omit<CookiePosition, 'generation' | 'fullImport'>
  readonly more: boolean
}

/**
 * One page of an import: its objects and the new cookie commit in one transaction, or neither does.
 * A page may be of any size: `work` calls `stage` chunk by chunk. After the last page of a full import,
 * what the import did not touch is staged as deleted.
 *
 * @throws CookieConflictError when another importer has moved the cookie.
 * @throws SetupError('source-shrunken') when a full import would delete too large a share.
 */
export async function stagePage(
  database: Database,
  page: PageInput,
  work: (stage: Stage) => Promise<PageEnd>
): Promise<PageResult> {
  return transact(database, async trx => {
    await expectCookie(trx, page, page.expected)
    const seen = {
      reported: 0,
      moved: new Set<ObjectGuid>(),
      deleted: new Set<ObjectGuid>(),
      changed: new Set<ObjectGuid>()
    }
    const { to, more } = await work(async changes => {
      seen.reported += changes.length
      return stageChunk(trx, page, changes, seen)
    })
    const lastOfFull = page.mode === 'full' && !more
    if (lastOfFull) {
      const vanished = await sweepVanished(trx, page)
      for (const guid of vanished.deleted) seen.deleted.add(guid)
      for (const guid of [...vanished.deleted, ...vanished.changed]) seen.changed.add(guid)
    }
    await renameDescendants(trx, page.connector, [...seen.moved])
    await writeCookie(trx, page, {
      ...to,
      generation: page.generation,
      fullImport: page.mode === 'full' && more
    })
    await journalStaged(trx, page, [...seen.changed])
    return { changed: [...seen.changed], reported: seen.reported, deleted: seen.deleted.size }
  })
}

interface Seen {
  readonly moved: Set<ObjectGuid>
  readonly deleted: Set<ObjectGuid>
  readonly changed: Set<ObjectGuid>
}

async function stageChunk(
  trx: DatabaseTransaction,
  page: PageInput,
  changes: readonly DirectoryChange[],
  seen: Seen
): Promise<readonly ObjectGuid[]> {
  const alive = changes.filter(change => change.state !== 'deleted')
  const gone = changes.filter(change => change.state === 'deleted').map(change => change.objectGuid)
  const complete = alive.filter(change => change.complete)
  const partial = alive.filter(change => !change.complete)

  for (const object of await stageComplete(trx, page, complete)) note(object, seen)
  for (const guid of await unlinkRestored(trx, page, partial)) seen.changed.add(guid)
  const { staged, unseen, doubtful } = await stageDelta(trx, page, partial)
  for (const object of staged) note(object, seen)
  const newcomers = createdSince(partial, unseen)
  for (const object of await stageComplete(trx, page, newcomers)) note(object, seen)

  const created = new Set(newcomers.map(change => change.objectGuid))
  const unknown = [...unseen.filter(guid => !created.has(guid)), ...doubtful]
  const known = new Set(unknown)
  const linked = await stageLinks(
    trx,
    page,
    alive.filter(change => !known.has(change.objectGuid))
  )
  for (const guid of linked) seen.changed.add(guid)

  for (const guid of await markDeleted(trx, page, gone)) {
    seen.deleted.add(guid)
    seen.changed.add(guid)
  }
  return unknown
}

/**
 * A delta tells the class of an object only when the object was created after the cookie; then all of its
 * values are newer than the cookie too, and the report is complete.
 */
function createdSince(partial: readonly DirectoryChange[], unseen: readonly ObjectGuid[]): DirectoryChange[] {
  const guids = new Set(unseen)
  return partial.filter(change => guids.has(change.objectGuid) && change.objectClass !== undefined)
}

function note(object: { readonly objectGuid: string; readonly moved: boolean }, seen: Seen): void {
  seen.changed.add(object.objectGuid)
  if (object.moved) seen.moved.add(object.objectGuid)
}

async function journalStaged(trx: DatabaseTransaction, page: PageInput, changed: readonly ObjectGuid[]) {
  if (changed.length === 0) return
  await sql`
    insert into journal (connector, object_guid, entry_id, run_id, step, detail)
    select s.connector, s.object_guid, s.entry_id, ${page.runId}, 'staged',
      jsonb_build_object('revision', s.revision, 'deleted', s.deleted, 'mode', ${page.mode}::text)
    from staged_object s where s.connector = ${page.connector} and s.object_guid = any(${changed})`.execute(
    trx
  )
}
