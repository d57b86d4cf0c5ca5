import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import { readyLinks } from '../export-conditions.ts'
import { holdOfRemoval, isRemoval } from './conditions.ts'
import type { Exceeded } from './delete-verdicts.ts'

/** Of one group at once; what is left is pending still, and its turn comes next. */
const mostAtOnce = 20_000

/** Holds all removals of members that this group is waiting for, each with the names of both. */
export async function holdRemovals(
  trx: DatabaseTransaction,
  source: string,
  exceeded: Exceeded
): Promise<void> {
  await sql`
    with group_ as (
      select o.desired ->> 'displayName' as name, c.connector, c.dn from export_object o
      left join lateral (select connector, dn from staged_object where entry_id = o.entry_id
        order by joined_by is null desc, deleted, staged_at desc limit 1) c on true
      where o.entry_id = ${source}
    ), held as (
      insert into hold (kind, entry_id, target_entry, revision, threshold, reason, connector, container, wave,
        dn, display_name, user_principal_name, group_name)
      select 'remove-member', l.source_entry, l.target_entry, l.removal, ${exceeded}, 'no-longer-member',
        g.connector, coalesce(g.dn, g.name), md5('remove-member|' || l.source_entry),
        c.dn, target.desired ->> 'displayName', target.desired ->> 'userPrincipalName', g.name
      from ${readyLinks} ${holdOfRemoval}
      cross join group_ g
      left join lateral (select dn from staged_object where entry_id = l.target_entry
        order by joined_by is null desc, deleted, staged_at desc limit 1) c on true
      where l.source_entry = ${source} and ${isRemoval} and l.removal is not null and h.id is null
      order by l.target_entry limit ${mostAtOnce}
      on conflict (entry_id, target_entry, revision) do update set id = default, state = 'held', threshold = excluded.threshold,
        held_at = clock_timestamp(), decided_by = null, decided_at = null, comment = null where hold.state = 'withdrawn'
      returning id, target_entry
    )
    insert into journal (entry_id, step, detail)
    select ${source}, 'held', jsonb_build_object('hold', min(id), 'reason', 'no-longer-member', 'threshold', ${exceeded}::text,
      'members', count(*)) from held having count(*) > 0`.execute(trx)
}
