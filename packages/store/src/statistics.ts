import { sql } from 'kysely'
import type { Database } from './database.ts'

const firstLook = 200

/**
 * Keeps the planner's statistics near the truth while a database is being filled. PostgreSQL's own daemon looks once
 * a minute; until then the planner takes full tables for small ones and reads them whole for each message, which
 * makes the time for n objects grow with n squared.
 */
export class Statistics {
  readonly #database: Database
  readonly #tables: readonly string[]
  #written = 0
  #next = firstLook

  constructor(database: Database, tables: readonly string[]) {
    this.#database = database
    this.#tables = tables
  }

  /** Tells that rows were written. Whenever their number has doubled the tables are analysed. */
  async note(count: number): Promise<void> {
    this.#written += count
    if (this.#written < this.#next) return
    this.#next = this.#written * 2
    // It makes statements faster, not right: a failure is no reason to fail.
    await sql`analyze ${sql.join(this.#tables.map(name => sql.table(name)))}`
      .execute(this.#database)
      .catch(() => {})
  }
}
