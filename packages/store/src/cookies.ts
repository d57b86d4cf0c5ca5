import { type Cookie, CookieConflictError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows } from './database.ts'

export interface NamingContextKey {
  readonly connector: string
  readonly namingContext: string
}

/** Where the delta imports of one naming context stand. */
export interface CookiePosition {
  readonly cookie: Cookie
  /** The domain controller that gave the cookie, and its database's identity. */
  readonly server: string
  readonly invocationId: string | undefined
}

/** A full import that has begun and not ended: its next page goes on from here. */
export interface FullImportPosition {
  readonly generation: number
  /** Undefined before the first page. */
  readonly cookie: Cookie | undefined
  /** What it asks the directory for. */
  readonly attributes: readonly string[]
}

export async function readCookie(
  database: Database,
  key: NamingContextKey
): Promise<CookiePosition | undefined> {
  const [row] = await rows(
    sql<{ cookie: Buffer; server: string; invocationId: string | null }>`
      select cookie, server, invocation_id as "invocationId"
      from cookie where connector = ${key.connector} and naming_context = ${key.namingContext}`,
    database
  )
  return row === undefined ? undefined : { ...row, invocationId: row.invocationId ?? undefined }
}

export async function readFullImport(
  database: Database,
  key: NamingContextKey
): Promise<FullImportPosition | undefined> {
  const [row] = await rows(
    sql<{ generation: number; cookie: Buffer | null; attributes: string[] }>`
      select generation, cookie, attributes
      from full_import where connector = ${key.connector} and naming_context = ${key.namingContext}`,
    database
  )
  return row === undefined ? undefined : { ...row, cookie: row.cookie ?? undefined }
}

/**
 * Whatever stages objects of a naming context, or changes its positions, holds this until its transaction ends. So
 * it is held only for as long as PostgreSQL works, never while a directory is being waited for.
 */
export async function lockNamingContext(trx: DatabaseTransaction, key: NamingContextKey): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`cookie:${key.connector}:${key.namingContext}`}, 0))`.execute(
    trx
  )
}

/** @throws CookieConflictError when the two positions are not the same: another importer was here. */
export function expectSame(
  namingContext: string,
  stored: Cookie | undefined,
  expected: Cookie | undefined
): void {
  if (stored === undefined ? expected === undefined : expected && Buffer.compare(stored, expected) === 0)
    return
  throw new CookieConflictError(
    `The cookie of ${namingContext} is not the one that this import started from: another importer has moved it. Read the state again.`
  )
}

export async function writeCookie(
  trx: DatabaseTransaction,
  key: NamingContextKey,
  to: CookiePosition
): Promise<void> {
  await sql`
    insert into cookie (connector, naming_context, cookie, server, invocation_id)
    values (${key.connector}, ${key.namingContext}, ${Buffer.from(to.cookie)}, ${to.server}, ${to.invocationId ?? null})
    on conflict (connector, naming_context) do update set
      cookie = excluded.cookie, server = excluded.server, invocation_id = excluded.invocation_id,
      advanced_at = now()`.execute(trx)
  await sql`update domain_controller set cookie_at = now()
    where connector = ${key.connector} and server = ${to.server}`.execute(trx)
}

/** The directory does not go on from it: only a full import tells where to go on. */
export async function dropCookie(database: Database, key: NamingContextKey): Promise<void> {
  await rows(
    sql`delete from cookie where connector = ${key.connector} and naming_context = ${key.namingContext}`,
    database
  )
}
