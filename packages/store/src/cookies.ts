import { type Cookie, CookieConflictError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, rows } from './database.ts'

/** Where the import of one naming context stands. */
export interface CookiePosition {
  readonly cookie: Cookie
  /** The domain controller that gave the cookie, and its database's identity. */
  readonly server: string
  readonly invocationId: string | undefined
  readonly generation: number
  /** A full import has begun and not ended: its next page goes on from here. */
  readonly fullImport: boolean
}

export interface NamingContextKey {
  readonly connector: string
  readonly namingContext: string
}

export async function readCookie(
  database: Database,
  key: NamingContextKey
): Promise<CookiePosition | undefined> {
  const [row] = await rows(
    sql<CookiePosition>`
      select cookie, server, invocation_id as "invocationId", generation, full_import as "fullImport"
      from cookie where connector = ${key.connector} and naming_context = ${key.namingContext}`,
    database
  )
  return row
}

/**
 * Locks the row until the transaction ends and compares.
 *
 * @throws CookieConflictError when the stored cookie is not the expected one: another importer was here.
 */
export async function expectCookie(
  trx: DatabaseTransaction,
  key: NamingContextKey,
  expected: Cookie | undefined
) {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`cookie:${key.connector}:${key.namingContext}`}, 0))`.execute(
    trx
  )
  const stored = (await readCookie(trx, key))?.cookie
  const same =
    stored === undefined
      ? expected === undefined
      : expected !== undefined && Buffer.compare(stored, expected) === 0
  if (same) return
  throw new CookieConflictError(
    `The cookie of ${key.namingContext} is not the one that this import started from: another importer has moved it. Read the state again.`
  )
}

export async function writeCookie(
  trx: DatabaseTransaction,
  key: NamingContextKey,
  to: CookiePosition
): Promise<void> {
  await sql`
    insert into cookie (connector, naming_context, cookie, server, invocation_id, generation, full_import)
    values (${key.connector}, ${key.namingContext}, ${Buffer.from(to.cookie)}, ${to.server},
            ${to.invocationId ?? null}, ${to.generation}, ${to.fullImport})
    on conflict (connector, naming_context) do update set
      cookie = excluded.cookie, server = excluded.server, invocation_id = excluded.invocation_id,
      generation = excluded.generation, full_import = excluded.full_import, advanced_at = now()`.execute(trx)
}
