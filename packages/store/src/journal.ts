import { type RawBuilder, sql } from 'kysely'
import { type Database, rows } from './database.ts'

export interface JournalLine {
  readonly at: Date
  readonly step: string
  readonly runId: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

/** Why an object is as it is: what each step did with it, oldest first. */
export interface Journal {
  ofObject(objectGuid: string, limit: number): Promise<JournalLine[]>
  /** The last of them. */
  newestOfObject(objectGuid: string, limit: number): Promise<JournalLine[]>
}

export function journal(database: Database): Journal {
  return {
    ofObject: (objectGuid, limit) =>
      rows(
        sql<JournalLine>`
          select ${columns} from journal where ${concerns(objectGuid)} order by id limit ${limit}`,
        database
      ),
    newestOfObject: (objectGuid, limit) =>
      rows(
        sql<JournalLine>`
          select at, step, "runId", detail from (
            select ${columns}, id from journal where ${concerns(objectGuid)} order by id desc limit ${limit}) newest
          order by id`,
        database
      )
  }
}

const columns = sql`at, step, run_id as "runId", detail`

function concerns(objectGuid: string): RawBuilder<unknown> {
  return sql`(object_guid = ${objectGuid}
    or entry_id in (select entry_id from staged_object where object_guid = ${objectGuid}))`
}
