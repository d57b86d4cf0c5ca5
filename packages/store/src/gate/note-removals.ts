import { sql } from 'kysely'
import type { DatabaseTransaction } from '../database.ts'

/** Remembers for an hour how many members groups have lost that no person has approved. */
export async function noteRemovals(trx: DatabaseTransaction, sources: readonly string[]): Promise<void> {
  if (sources.length === 0) return
  await sql`delete from removed_members where at < now() - interval '1 hour'`.execute(trx)
  await sql`
    insert into removed_members (group_entry, members)
    select source, count(*) from unnest(${sources}::uuid[]) as r (source) group by source order by source`.execute(
    trx
  )
}
