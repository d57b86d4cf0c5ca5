import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'
import type { Exceeded } from './delete-verdicts.ts'

/** An OU, as the part of a distinguished name after its first component. */
const parentOf = sql`regexp_replace(c.dn, '^([^,\\\\]|\\\\.)*,?', '')`

/** Holds deletes, each with its names and with why the object is to go, as the rows and the journal tell. */
export async function holdDeletes(
  trx: DatabaseTransaction,
  deletes: readonly { readonly id: string; readonly revision: number }[],
  exceeded: Exceeded
): Promise<void> {
  if (deletes.length === 0) return
  await sql`
    with held as (
      insert into hold (kind, entry_id, revision, threshold, reason, reason_detail, connector, container, wave,
        dn, display_name, user_principal_name)
      select kind, entry_id, revision, ${exceeded}, reason, detail, connector, container,
        md5(concat_ws('|', kind, reason, detail, connector, container)), dn, display_name, name
      from (
        select 'delete-' || o.object_type as kind, o.entry_id, d.revision, why.reason, c.connector, c.dn,
          case why.reason when 'left-scope' then c.out_of_scope when 'excluded' then judged.code end as detail,
          case why.reason when 'not-in-file' then run.file when 'excluded' then null else ${parentOf} end as container,
          coalesce(o.desired ->> 'displayName', s.exported ->> 'displayName') as display_name,
          coalesce(o.desired ->> 'userPrincipalName', s.exported ->> 'userPrincipalName') as name
        from jsonb_to_recordset(${JSON.stringify(deletes)}::jsonb) as d (id uuid, revision bigint)
        join export_object o on o.entry_id = d.id
        join export_state s on s.entry_id = d.id
        left join lateral (select * from staged_object where entry_id = d.id
          order by joined_by is null desc, staged_at desc limit 1) c on true
        left join connector k on k.name = c.connector
        left join lateral (select j.detail ->> 'mode' as mode, r.reason as file from journal j left join run r on r.id = j.run_id
          where j.object_guid = c.object_guid and j.connector = c.connector and j.step = 'staged'
          order by j.id desc limit 1) run on c.deleted
        left join lateral (select j.detail ->> 'leftOutBy' as code from journal j
          where j.object_guid = c.object_guid and j.connector = c.connector and j.step = 'synchronised'
          order by j.id desc limit 1) judged on true
        cross join lateral (select case
          when c.deleted and k.kind = 'csv' then 'not-in-file'
          when c.deleted and run.mode = 'full' and c.generation < k.generation then 'vanished'
          when c.deleted then 'deleted'
          when c.out_of_scope is not null then 'left-scope'
          when judged.code is not null then 'excluded'
          else 'not-desired' end as reason) why
      ) each order by entry_id
      on conflict (entry_id, target_entry, revision) do update set id = default, state = 'held', threshold = excluded.threshold,
        held_at = clock_timestamp(), decided_by = null, decided_at = null, comment = null where hold.state = 'withdrawn'
      returning entry_id, id, reason, threshold
    )
    insert into journal (entry_id, step, detail)
    select entry_id, 'held', jsonb_build_object('hold', id, 'reason', reason, 'threshold', threshold) from held`.execute(
    trx
  )
}
