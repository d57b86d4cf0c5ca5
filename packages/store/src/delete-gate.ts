import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { exportIsPending } from './export-conditions.ts'

export interface DeleteGate {
  /** False: deletes wait for a person. Everything else goes on. */
  readonly open: boolean
  /**
   * Objects that are to be deleted, whether synchronisation has seen them yet or not. Those that were never confirmed
   * in the tenant are among them: their creation may have been carried out, and then they are found and deleted.
   */
  readonly waiting: number
  /** Deletes written within the last hour. */
  readonly recent: number
}

/**
 * The one gate that deletes pass. What waits and what was deleted within the last hour count together, so
 * that a slow trickle is one wave. Deletions that are staged and not synchronised yet count too, and objects that have
 * left the scope: an import commits a wave in one transaction, and the first delete of it must see the last.
 */
export async function deleteGate(database: Database, threshold: number): Promise<DeleteGate> {
  const [counts] = await rows(
    sql<{ waiting: number; recent: number }>`
      select
        (select count(*) from export_object o join export_state s using (entry_id)
         where not o.desired_present and ${exportIsPending}
           and s.entra_state <> 'deleted')
        + (select count(*) from staged_object c join export_object o using (entry_id) join export_state s using (entry_id)
           where (c.deleted or c.out_of_scope is not null) and c.joined_by is null and c.revision > c.synchronised_revision and o.desired_present
             and s.entra_state <> 'deleted') as waiting,
        (select count(*) from export_state where deleted_at > now() - interval '1 hour') as recent`,
    database
  )
  const { waiting, recent } = counts ?? { waiting: 0, recent: 0 }
  return { open: waiting === 0 || waiting + recent <= threshold, waiting, recent }
}

/** Whether deletes among these entries pass. The gate counts whole waves, so it is asked only where there are any. */
export async function deletesMayPass(
  database: Database,
  entryIds: readonly string[],
  threshold: number
): Promise<boolean> {
  const deletes = await rows(
    sql`select from export_object o where o.entry_id = any(${entryIds}) and not o.desired_present and ${exportIsPending} limit 1`,
    database
  )
  return deletes.length === 0 || (await deleteGate(database, threshold)).open
}
