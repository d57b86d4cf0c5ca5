import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'

/**
 * A renamed or moved container is reported once; the objects below it are not, although their
 * distinguished names have changed. They are found by parentGUID and renamed here. Nothing that flows to
 * the tenant depends on the name of a container, so their revisions stay.
 *
 * Two containers that have changed places may be staged one after the other. Until the second is, each is below the
 * other.
 */
export async function renameDescendants(
  trx: DatabaseTransaction,
  connector: string,
  moved: readonly ObjectGuid[]
): Promise<void> {
  if (moved.length === 0) return
  await sql`
    with recursive below as (
      select object_guid, dn from staged_object where connector = ${connector} and object_guid = any(${moved})
      union all
      select c.object_guid, substring(c.dn from '^(?:[^,\\\\]|\\\\.)+') || ',' || b.dn
      from staged_object c join below b on c.connector = ${connector} and c.parent_guid = b.object_guid
      where not c.deleted
    ) cycle object_guid set goes_round using path
    update staged_object s set dn = b.dn from below b
    where s.connector = ${connector} and s.object_guid = b.object_guid and s.dn <> b.dn and not b.goes_round`.execute(
    trx
  )
}
