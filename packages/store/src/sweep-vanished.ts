import { type ObjectGuid, SetupError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import { removeLinks } from './stage-links.ts'

/** A full import that misses more than this share of the objects reads a broken source, not a smaller company. */
const largestVanishedShare = 0.25
/** Below this count the share says nothing. */
const smallestCountToJudge = 20

/**
 * After a full import: objects and links that it did not touch have vanished, by whatever way
 * (tombstone expired, moved out of sight, domain restored). They are staged as deleted.
 *
 * @throws SetupError('source-shrunken') when too large a share would go; nothing is changed then.
 */
export async function sweepVanished(
  trx: DatabaseTransaction,
  page: { readonly connector: string; readonly generation: number }
): Promise<{ deleted: ObjectGuid[]; changed: ObjectGuid[] }> {
  await refuseShrunkenSource(trx, page)
  const deleted = await sql<{ objectGuid: string }>`
    update staged_object set deleted = true, revision = revision + 1, deleted_revision = revision + 1, staged_at = now()
    where connector = ${page.connector} and generation < ${page.generation} and not deleted
    returning object_guid as "objectGuid"`.execute(trx)
  const gone = deleted.rows.map(row => row.objectGuid)
  await sql`delete from staged_link where connector = ${page.connector}
    and (source_guid = any(${gone}) or target_guid = any(${gone}))`.execute(trx)
  const changed = await removeLinks(trx, page.connector, sql`generation < ${page.generation}`)
  return { deleted: gone, changed }
}

async function refuseShrunkenSource(
  trx: DatabaseTransaction,
  page: { readonly connector: string; readonly generation: number }
): Promise<void> {
  const { rows } = await sql<{ live: number; vanished: number }>`
    select count(*) as live, count(*) filter (where generation < ${page.generation}) as vanished
    from staged_object where connector = ${page.connector} and not deleted`.execute(trx)
  const { live = 0, vanished = 0 } = rows[0] ?? {}
  if (vanished <= smallestCountToJudge || vanished <= live * largestVanishedShare) return
  throw new SetupError(
    'source-shrunken',
    `The full import of ${page.connector} found ${live - vanished} of ${live} known objects; ${vanished} would be deleted. ` +
      'Nothing was changed. Check the rights of the service account and the health of the domain controller, then import again.'
  )
}
