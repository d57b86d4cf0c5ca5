import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { type Database, transact } from './database.ts'
import { endPage, type PageEnd } from './end-page.ts'
import { stageBatch } from './stage-batch.ts'
import { type ImportPage, journalStaged, lockPage } from './stage-chunk.ts'
import { keepObjects } from './stage-objects.ts'

/** Stages some changes of the page. Gives the objects that need a complete read. */
export type Stage = (changes: readonly DirectoryChange[]) => Promise<readonly ObjectGuid[]>

/** Tells that objects are still there, although nothing could be read of them. */
export type Keep = (objectGuids: readonly ObjectGuid[]) => Promise<void>

export interface PageResult {
  /** Objects that are new, different or gone: synchronisation has news of these. */
  readonly changed: readonly ObjectGuid[]
  readonly reported: number
  readonly deleted: number
}

/** Thrown inside the transaction of a preview, so that nothing of it is kept. */
class Undone extends Error {
  readonly result: PageResult

  constructor(result: PageResult) {
    super('a preview keeps nothing')
    this.result = result
  }
}

/**
 * A whole page in one transaction: for sources that are read in seconds, and for previews, of which nothing is kept.
 *
 * @throws CookieConflictError when another importer has moved the cookie.
 * @throws SetupError('source-shrunken') when a full import would delete too large a share.
 */
export async function stagePage(
  database: Database,
  page: ImportPage & { readonly preview?: boolean },
  work: (stage: Stage, keep: Keep) => Promise<PageEnd>
): Promise<PageResult> {
  try {
    return await transact(database, async trx => {
      const staging = await lockPage(trx, page)
      const changed = new Set<ObjectGuid>()
      const gone: ObjectGuid[] = []
      let reported = 0
      const stage: Stage = async changes => {
        reported += changes.length
        const batch = await stageBatch(trx, staging, changes)
        for (const guid of batch.changed) changed.add(guid)
        gone.push(...batch.gone)
        return batch.unread
      }
      const end = await work(stage, guids => keepObjects(trx, staging, guids))
      const last = await endPage(trx, staging, { end, gone })
      for (const guid of [...last.deleted, ...last.changed]) changed.add(guid)
      await journalStaged(trx, staging, [...changed])
      const result = { changed: [...changed], reported, deleted: last.deleted.length }
      if (page.preview === true) throw new Undone(result)
      return result
    })
  } catch (error) {
    if (error instanceof Undone) return error.result
    throw error
  }
}
