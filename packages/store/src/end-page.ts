import type { ObjectGuid } from '@opendirsync/contracts'
import { type CookiePosition, writeCookie } from './cookies.ts'
import type { DatabaseTransaction } from './database.ts'
import { advanceFullImport } from './full-imports.ts'
import { settleScope } from './scope/settle-scope.ts'
import type { StagedPage } from './stage-batch.ts'
import { markDeleted } from './stage-objects.ts'
import { sweepVanished } from './sweep-vanished.ts'

/** Where a page leads, and whether others follow. */
export interface PageEnd {
  readonly to: CookiePosition
  readonly more: boolean
  /** At the end of a full import: so many objects as have vanished are really gone. */
  readonly acceptVanished?: boolean
  /** At the end of a full import: nothing is taken for gone, since not everything could be recognised. */
  readonly deletesNothing?: boolean
  /** At the end of a full import: its cookie becomes that of the naming context, whether there is one or not. */
  readonly replacesCookie?: boolean
}

export interface EndedPage {
  readonly deleted: readonly ObjectGuid[]
  /** Others that changed by the end: references of what vanished, and objects that entered or left the scope. */
  readonly changed: readonly ObjectGuid[]
}

/**
 * The end of a page, in one transaction with the new cookie: what it tells as deleted, what a full import has not
 * found, and who is in scope now. So whoever counts deletes sees all of a wave, or none of it.
 *
 * @throws SetupError('source-shrunken') when a full import would delete too large a share.
 */
export async function endPage(
  trx: DatabaseTransaction,
  page: StagedPage,
  { end, gone }: { end: PageEnd; gone: readonly ObjectGuid[] }
): Promise<EndedPage> {
  const told = await markDeleted(trx, page, gone)
  const sweeps = page.mode === 'full' && !end.more && end.deletesNothing !== true
  const vanished = sweeps
    ? await sweepVanished(trx, { ...page, acceptVanished: end.acceptVanished === true })
    : { deleted: [], changed: [] }
  if (page.mode === 'full') await advanceFullImport(trx, page, end)
  else await writeCookie(trx, page, end.to)
  // Last: it counts which attributes have been imported, and which objects and references are left.
  const crossed = await settleScope(trx, page.connector)
  return { deleted: told.concat(vanished.deleted), changed: [...vanished.changed, ...crossed] }
}
