import { CookieConflictError } from '@opendirsync/contracts'
import { type RawBuilder, sql } from 'kysely'
import {
  expectSame,
  type FullImportPosition,
  lockNamingContext,
  type NamingContextKey,
  readFullImport,
  writeCookie
} from './cookies.ts'
import { type Database, type DatabaseTransaction, rows, transact } from './database.ts'
import type { PageEnd } from './end-page.ts'

/**
 * Begins a full import from the start, under the connector's next generation. One that was under way is given up: what
 * it has staged stays, and is proved again.
 */
export async function beginFullImport(
  database: Database,
  key: NamingContextKey,
  attributes: readonly string[]
): Promise<FullImportPosition> {
  return transact(database, async trx => {
    // Under the lock: a delta that did not see this full import has committed before it begins to read.
    await lockNamingContext(trx, key)
    const begun = await sql<{ generation: number }>`
      with risen as (
        update connector set generation = generation + 1 where name = ${key.connector} returning generation
      )
      insert into full_import (connector, naming_context, generation, attributes)
      select ${key.connector}, ${key.namingContext}, generation, ${[...attributes]}::text[] from risen
      on conflict (connector, naming_context) do update set cookie = null, generation = excluded.generation,
        attributes = excluded.attributes, started_at = clock_timestamp()
      returning generation`.execute(trx)
    const generation = begun.rows[0]?.generation
    if (generation === undefined) throw new Error(`the connector ${key.connector} is not registered`)
    return { generation, cookie: undefined, attributes }
  })
}

/** Gives a full import up: nothing goes on from it. */
export async function dropFullImport(database: Database, key: NamingContextKey): Promise<void> {
  await rows(
    sql`delete from full_import where connector = ${key.connector} and naming_context = ${key.namingContext}`,
    database
  )
}

/** @throws CookieConflictError when the full import that the page belongs to is not under way at this position. */
export async function expectFullImport(
  trx: DatabaseTransaction,
  page: NamingContextKey & Pick<FullImportPosition, 'generation' | 'cookie'>
): Promise<void> {
  const stored = await readFullImport(trx, page)
  if (stored?.generation !== page.generation) {
    throw new CookieConflictError(
      `The full import of ${page.namingContext} was ended or begun again by somebody else. Read the state again.`
    )
  }
  expectSame(page.namingContext, stored.cookie, page.cookie)
}

/** How long replication between domain controllers may take before nobody waits for it any more. */
const replicationLag = sql`interval '1 hour'`

/** Whether deltas came from another controller than this one within the lag of replication before a time. */
export function usedLately(
  connector: string,
  server: string,
  before: RawBuilder<unknown>
): RawBuilder<boolean> {
  return sql<boolean>`exists (select from domain_controller d where d.connector = ${connector}
    and d.server <> ${server} and d.cookie_at > ${before} - ${replicationLag})`
}

/**
 * A full import at another controller than the deltas came from may read what is older than they are: replication
 * takes its time, between sites up to hours. What was staged within this time before it began stands then, and does
 * not count as vanished.
 *
 * @returns undefined when no other controller was used lately: what it says can be believed.
 */
export async function trustedSince(
  trx: DatabaseTransaction,
  key: NamingContextKey,
  server: string
): Promise<string | undefined> {
  const { rows: found } = await sql<{ since: string }>`
    select (f.started_at - ${replicationLag})::text as since from full_import f
    where f.connector = ${key.connector} and f.naming_context = ${key.namingContext}
      and ${usedLately(key.connector, server, sql`f.started_at`)}`.execute(trx)
  return found[0]?.since
}

/** After a page: where the next one goes on; after the last page, that everything was imported. */
export async function advanceFullImport(
  trx: DatabaseTransaction,
  key: NamingContextKey,
  { to, more, replacesCookie = false }: PageEnd
): Promise<void> {
  if (more) {
    await sql`update full_import set cookie = ${Buffer.from(to.cookie)}
      where connector = ${key.connector} and naming_context = ${key.namingContext}`.execute(trx)
    return
  }
  const ended = await sql<{ attributes: string[] }>`
    delete from full_import where connector = ${key.connector} and naming_context = ${key.namingContext}
    returning attributes`.execute(trx)
  await sql`update connector set imported_attributes = ${ended.rows[0]?.attributes ?? []}::text[]
    where name = ${key.connector}`.execute(trx)
  // Where delta imports have a position they keep it: they went on all the while.
  const { rows: known } = await sql`select from cookie
    where connector = ${key.connector} and naming_context = ${key.namingContext}`.execute(trx)
  if (replacesCookie || known.length === 0) await writeCookie(trx, key, to)
  // A source that is always read whole has been read completely.
  if (replacesCookie) await sql`delete from reread where connector = ${key.connector}`.execute(trx)
}
