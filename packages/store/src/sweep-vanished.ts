import { type ObjectGuid, SetupError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'
import { removeLinks } from './stage-links.ts'
import { dropLinksOf } from './stage-objects.ts'

/** A full import that misses more than this share of the objects reads a broken source, not a smaller company. */
const largestVanishedShare = 0.25
/** Below this count the share says nothing. */
const smallestCountToJudge = 20

export interface SweptPage {
  readonly connector: string
  readonly namingContext: string
  readonly generation: number
  /** Somebody has said that so many objects are really gone. */
  readonly acceptVanished: boolean
  /** What was staged since then is spared: the controller that was read may not know it yet. */
  readonly trustedSince?: string
}

/**
 * After a full import: objects and links that it did not touch have vanished, by whatever way
 * (tombstone expired, moved out of sight, domain restored). They are staged as deleted.
 *
 * @throws SetupError('source-shrunken') when too large a share would go; nothing is changed then.
 */
export async function sweepVanished(
  trx: DatabaseTransaction,
  page: SweptPage
): Promise<{ deleted: ObjectGuid[]; changed: ObjectGuid[] }> {
  if (!page.acceptVanished) await refuseShrunkenSource(trx, page)
  const deleted = await sql<{ objectGuid: string }>`
    update staged_object set deleted = true, revision = revision + 1, deleted_revision = revision + 1, staged_at = now()
    where connector = ${page.connector} and generation < ${page.generation} and not deleted
      and staged_at < ${page.trustedSince ?? 'infinity'}::timestamptz
    returning object_guid as "objectGuid"`.execute(trx)
  const gone = deleted.rows.map(row => row.objectGuid)
  await dropLinksOf(trx, page.connector, gone)
  // The references of an object that a delta import had news of meanwhile may not be those of the full import.
  const changed = await removeLinks(
    trx,
    page.connector,
    sql`generation < ${page.generation} and not exists (
      select from staged_object d where d.connector = ${page.connector} and d.object_guid = staged_link.source_guid
        and (d.staged_at >= ${page.trustedSince ?? 'infinity'}::timestamptz or d.delta_at >= (select started_at from full_import f
          where f.connector = ${page.connector} and f.naming_context = ${page.namingContext})))`
  )
  await rereadSpared(trx, page)
  return { deleted: gone, changed }
}

/** Where references stand that the full import has not seen, since a delta import had news of their source. */
async function rereadSpared(
  trx: DatabaseTransaction,
  { connector, namingContext, generation }: SweptPage
): Promise<void> {
  await sql`
    insert into reread (connector, object_guid)
    select distinct l.connector, l.source_guid from staged_link l
    join staged_object s on s.object_guid = l.source_guid and s.connector = l.connector
    join full_import f on f.connector = l.connector and f.naming_context = ${namingContext}
    where l.connector = ${connector} and l.present and l.generation < ${generation} and s.delta_at >= f.started_at
    on conflict (object_guid, connector) do update set since = clock_timestamp()`.execute(trx)
}

async function refuseShrunkenSource(trx: DatabaseTransaction, page: SweptPage): Promise<void> {
  const { rows } = await sql<{ live: number; vanished: number }>`
    select count(*) as live, count(*) filter (where generation < ${page.generation}) as vanished
    from staged_object where connector = ${page.connector} and not deleted`.execute(trx)
  const { live = 0, vanished = 0 } = rows[0] ?? {}
  if (vanished <= smallestCountToJudge || vanished <= live * largestVanishedShare) return
  throw new SetupError(
    'source-shrunken',
    `The full import of ${page.connector} found ${live - vanished} of ${live} known objects; ${vanished} would be deleted. ` +
      'None of them was. Check the rights of the service account and the health of the source, then import again; ' +
      'or, if they are really gone, ask for a full import with acceptVanished.'
  )
}
