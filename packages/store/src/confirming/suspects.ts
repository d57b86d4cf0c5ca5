import type { ObjectToRead } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows } from '../database.ts'

/** An object that the tenant has told something else of than was written. It is to be read for itself. */
export interface Suspect extends ObjectToRead {
  readonly entryId: string
  /** When it was last written, to notice that it was written while it was read. */
  readonly writtenAt: string | null
}

/** Of `export_state s`: when the exporter last wrote the object, or a part of it. */
export const writtenAt = sql`greatest(s.exported_at, s.refused_at)`

/** What was written a moment ago, the tenant may not know everywhere yet. */
export function afterGrace(time: RawBuilder<unknown>, graceSeconds: number): RawBuilder<unknown> {
  return sql`greatest(clock_timestamp(), ${time} + make_interval(secs => ${graceSeconds}))`
}

/** Those whose time has come, in the order in which it came. */
export function dueSuspects(database: Database, limit: number): Promise<Suspect[]> {
  return rows(
    sql<Suspect>`
      select d.entry_id as "entryId", s.entra_id as "entraId", o.object_type as "objectType", ${writtenAt}::text as "writtenAt",
        case when jsonb_typeof(s.exported) = 'object' then array(
          select name from jsonb_object_keys(s.exported) as name where name <> all(coalesce(r.unknown, '{}'))
        ) else '{}' end as attributes
      from drift_suspect d join export_state s using (entry_id) join export_object o using (entry_id)
      left join confirming_round r using (object_type)
      where d.due_at <= clock_timestamp() and s.entra_id is not null
      order by d.due_at limit ${limit}`,
    database
  )
}

export async function addSuspects(
  trx: DatabaseTransaction,
  entryIds: readonly string[],
  graceSeconds: number
): Promise<void> {
  if (entryIds.length === 0) return
  await sql`
    insert into drift_suspect (entry_id, due_at)
    select s.entry_id, ${afterGrace(writtenAt, graceSeconds)} from export_state s
    where s.entry_id = any(${entryIds}) order by s.entry_id
    on conflict (entry_id) do update set due_at = excluded.due_at, doubted_at = excluded.doubted_at`.execute(
    trx
  )
}

/** They could not be judged now. Whom another process holds, that one puts off or judges. */
export async function putOffSuspects(
  database: Database | DatabaseTransaction,
  entryIds: readonly string[],
  seconds: number
): Promise<void> {
  if (entryIds.length === 0) return
  await rows(
    sql`update drift_suspect set due_at = clock_timestamp() + make_interval(secs => ${seconds})
      where entry_id in (select entry_id from drift_suspect where entry_id = any(${entryIds}) for update skip locked)`,
    database
  )
}

/**
 * They are read once more. The caller holds them.
 * @param gone those that were found neither there nor in the bin
 */
export async function readAgain(
  trx: DatabaseTransaction,
  entryIds: readonly string[],
  { gone, graceSeconds }: { readonly gone: readonly string[]; readonly graceSeconds: number }
): Promise<void> {
  if (entryIds.length === 0) return
  await sql`
    update drift_suspect set gone_at = case when entry_id = any(${gone}) then coalesce(gone_at, clock_timestamp()) end,
      due_at = make_interval(secs => ${graceSeconds})
        + case when entry_id = any(${gone}) then coalesce(gone_at, clock_timestamp()) else doubted_at end
    where entry_id = any(${entryIds})`.execute(trx)
}

export async function dropSuspects(trx: DatabaseTransaction, entryIds: readonly string[]): Promise<void> {
  if (entryIds.length === 0) return
  await sql`delete from drift_suspect where entry_id = any(${entryIds})`.execute(trx)
}
