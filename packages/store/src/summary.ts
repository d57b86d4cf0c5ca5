import { sql } from 'kysely'
import { type Database, rows } from './database.ts'
import { exportIsPending, linkIsPending, readyLinks } from './export-conditions.ts'
import { holdOfDelete, isCurrent } from './gate/conditions.ts'
import { isPostponed } from './gate/postponed.ts'
import { quarantined } from './quarantine.ts'

/** How far everything is, in counts. */
export interface SummaryCounts {
  /** Living staged objects by object class. */
  readonly stagedObjects: Readonly<Record<string, number>>
  readonly pendingSynchronisation: number
  /** Held deletes are among them; deletes that somebody has refused, and those that wait for their day, are not. */
  readonly pendingExports: number
  /** References whose two ends are in the tenant and that are still to be added or removed. */
  readonly pendingLinks: number
  /** Deletes that wait for a person. */
  readonly heldDeletes: number
  /** Members that groups are to lose and that wait for a person; they are not among `pendingLinks`. */
  readonly heldRemovals: number
  /** Deletes that wait for their day. */
  readonly postponedDeletes: number
  readonly exported: {
    readonly users: number
    readonly groups: number
    readonly memberships: number
    readonly managers: number
  }
  readonly quarantined: number
}

export interface Summary {
  read(): Promise<SummaryCounts>
}

export function summary(database: Database): Summary {
  return {
    async read() {
      const [row] = await rows(
        sql<SummaryCounts>`
          select
            (select coalesce(jsonb_object_agg(object_class, n), '{}') from (
               select object_class, count(*) as n from staged_object where not deleted group by object_class) c
            ) as "stagedObjects",
            (select count(*) from staged_object where revision > synchronised_revision) as "pendingSynchronisation",
            (select count(*) from export_object o ${holdOfDelete}
             where ${exportIsPending} and h.state is distinct from 'refused'
               and not (${isPostponed} and h.state is distinct from 'held')) as "pendingExports",
            (select count(*) from ${readyLinks} where ${linkIsPending}) as "pendingLinks",
            (select count(*) from hold h where h.state = 'held' and h.target_entry is null and ${isCurrent}) as "heldDeletes",
            (select count(*) from hold h where h.state = 'held' and h.target_entry is not null and ${isCurrent}) as "heldRemovals",
            (select count(*) from export_object o where ${isPostponed}) as "postponedDeletes",
            (select jsonb_build_object(
               'users', count(*) filter (where o.object_type = 'user'),
               'groups', count(*) filter (where o.object_type = 'group'),
               'memberships', (select count(*) from export_link where exported and desired and attribute = 'member'),
               'managers', (select count(*) from export_link where exported and desired and attribute = 'manager'))
             from export_state s join export_object o using (entry_id) where s.entra_state = 'present') as exported,
            (select count(*) from ${quarantined} q) as quarantined`,
        database
      )
      if (row === undefined) throw new Error('the database returned no row for a count')
      return row
    }
  }
}
