import { sql } from 'kysely'
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
}

export function journal(database: Database): Journal {
  return {
    ofObject: (objectGuid, limit) =>
      rows(
        sql<JournalLine>`
          select at, step, run_id as "runId", detail from journal
          where object_guid = ${objectGuid}
            or entry_id in (select entry_id from staged_object where object_guid = ${objectGuid})
          order by id limit ${limit}`,
        database
      )
  }
}
