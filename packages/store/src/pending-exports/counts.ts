import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import { heldDelete, isUnwritten, lastingLinks, presenceChange } from './conditions.ts'

/** How many objects are to be created, restored or deleted. */
export interface ObjectCount {
  readonly operation: 'create' | 'restore' | 'delete'
  readonly objectType: string
  readonly objects: number
  /** Of these, the tenant refused so many. */
  readonly refused: number
  /** Of deletes, so many wait for a person or for their day. */
  readonly held: number
}

export interface ReferenceCount {
  readonly attribute: string
  readonly operation: 'add' | 'remove'
  readonly references: number
  readonly refused: number
}

export function countObjects(database: Database): Promise<ObjectCount[]> {
  return rows(
    sql<ObjectCount>`
      select operation, object_type as "objectType", count(*) as objects, count(*) filter (where refused) as refused,
        count(held) as held
      from (select ${presenceChange} as operation, o.object_type, s.problem is not null as refused, ${heldDelete} as held
        from export_object o join export_state s using (entry_id) where ${isUnwritten}) each
      where operation <> 'stay' group by 1, 2 order by 1, 2`,
    database
  )
}

export function countReferences(database: Database): Promise<ReferenceCount[]> {
  return rows(
    sql<ReferenceCount>`
      select l.attribute, case when l.desired then 'add' else 'remove' end as operation, count(*) as references,
        count(*) filter (where l.refused) as refused
      from ${lastingLinks} where l.desired <> l.exported group by 1, 2 order by 1, 2`,
    database
  )
}
