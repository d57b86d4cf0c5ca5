import { sql } from 'kysely'
import { type Database, rows } from './database.ts'

/** How far everything is, in counts. */
export interface SummaryCounts {
  /** Living staged objects by object class. */
  readonly stagedObjects: Readonly<Record<string, number>>
  readonly pendingSynchronisation: number
  readonly pendingExports: number
  /** References whose two ends are in the tenant and that are still to be added or removed. */
  readonly pendingLinks: number
  /** Deletes that wait, whether for their turn or for a person. */
  readonly heldDeletes: number
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
            (select count(*) from export_object
             where desired_revision > greatest(exported_revision, refused_revision)) as "pendingExports",
            (select count(*) from export_link l
             join export_state s on s.entry_id = l.source_entry and s.entra_state = 'present'
             join export_state t on t.entry_id = l.target_entry and t.entra_state = 'present'
             where l.desired <> l.exported and not l.refused) as "pendingLinks",
            (select count(*) from export_object
             where not desired_present and desired_revision > greatest(exported_revision, refused_revision)) as "heldDeletes",
            (select jsonb_build_object(
               'users', count(*) filter (where o.object_type = 'user'),
               'groups', count(*) filter (where o.object_type = 'group'),
               'memberships', (select count(*) from export_link where exported and desired and attribute = 'member'),
               'managers', (select count(*) from export_link where exported and desired and attribute = 'manager'))
             from export_state s join export_object o using (entry_id) where s.entra_state = 'present') as exported,
            (select count(*) from ${quarantinedEntries} q) as quarantined`,
        database
      )
      if (row === undefined) throw new Error('the database returned no row for a count')
      return row
    }
  }
}

/** Entries that are not, or not wholly, in the tenant as they should be, whoever refused them. */
export const quarantinedEntries = sql`(
  select m.id as entry_id,
    coalesce(m.problems, '[]') || case when s.problem is null then '[]'::jsonb else jsonb_build_array(s.problem) end
      || coalesce((select jsonb_agg(distinct l.problem) from export_link l
                   where l.source_entry = m.id and l.problem is not null), '[]'::jsonb) as problems,
    least(m.problems_since, s.problem_since) as since
  from metaverse_entry m
  left join export_object o on o.entry_id = m.id
  left join export_state s on s.entry_id = m.id
  where (m.problems <> '[]' or s.problem is not null
    or exists (select from export_link l where l.source_entry = m.id and l.problem is not null))
    and m.object_type <> 'contact'
    and exists (select from staged_object c where c.entry_id = m.id and not c.deleted))`
