import { sql } from 'kysely'
import { type Database, orMapped, rows } from './database.ts'

export interface Connectors {
  list(): Promise<{ name: string; namingContext: string }[]>
  /** An importer makes itself known, so that runs can be asked for. */
  register(name: string, namingContext: string): Promise<void>
}

export function connectors(database: Database): Connectors {
  return {
    list: () =>
      orMapped(
        database
          .selectFrom('connector')
          .select(['name', 'naming_context as namingContext'])
          .orderBy('name')
          .execute()
      ),
    async register(name, namingContext) {
      await rows(
        sql`insert into connector (name, naming_context) values (${name}, ${namingContext})
            on conflict (name) do update set naming_context = excluded.naming_context`,
        database
      )
    }
  }
}
