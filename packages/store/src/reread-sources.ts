import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import type { DatabaseTransaction } from './database.ts'

/** Asked for again while it is being read: the later request counts, and it is read once more. */
const askedAgain = sql`on conflict (object_guid, connector) do update set since = clock_timestamp()`

/**
 * Of objects that live again after a delete. A directory removes the references to a deleted object, a restore brings
 * them back or not, and the other domains report neither. So what these have told is not believed any more: the
 * references are taken as removed until their sources were read again.
 *
 * Taken before the lock of the link step, since a page of the other connector may hold these rows.
 */
export async function doubtReferencesTo(
  trx: DatabaseTransaction,
  connector: string,
  returned: readonly ObjectGuid[]
): Promise<void> {
  if (returned.length === 0) return
  await sql`
    with back as materialized (
      select object_guid from staged_object
      where connector = ${connector} and object_guid = any(${returned}) and deleted_revision > 0
    ), named as materialized (
      select l.* from back cross join lateral (select connector, source_guid, attribute, target_guid from staged_link
        where target_guid = back.object_guid and connector <> ${connector} and present
        order by source_guid, attribute for update offset 0) l
    ), doubted as (
      update staged_link l set present = false from named n
      where l.source_guid = n.source_guid and l.attribute = n.attribute and l.target_guid = n.target_guid
        and l.connector = n.connector
    )
    insert into reread (connector, object_guid) select distinct connector, source_guid from named order by 1, 2
    ${askedAgain}`.execute(trx)
}

/**
 * Of objects that have moved to another domain of the forest. The domain that they left tells that they are gone, and
 * their references are forgotten with it; a universal group has kept its member all the same. So whatever referred to
 * them there is read again.
 */
export async function rereadReferrersOfMoved(
  trx: DatabaseTransaction,
  moved: readonly ObjectGuid[]
): Promise<void> {
  if (moved.length === 0) return
  await sql`
    insert into reread (connector, object_guid)
    select distinct s.connector, s.object_guid
    from unnest(${moved}::uuid[]) as m (guid)
    cross join lateral (select connector from staged_object where object_guid = m.guid and deleted offset 0) left_behind
    cross join lateral (select entry_id from staged_object
      where object_guid = m.guid and not deleted and entry_id is not null offset 0) here
    cross join lateral (select source_entry from export_link where target_entry = here.entry_id offset 0) l
    cross join lateral (select connector, object_guid from staged_object
      where entry_id = l.source_entry and connector = left_behind.connector and not deleted offset 0) s
    order by 1, 2 ${askedAgain}`.execute(trx)
}
