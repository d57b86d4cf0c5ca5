import type { Cookie, DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { expectSame, lockNamingContext, type NamingContextKey, readCookie } from './cookies.ts'
import { type Database, type DatabaseTransaction, rows, transact } from './database.ts'
import { endPage, type PageEnd } from './end-page.ts'
import { expectFullImport, trustedSince, usedLately } from './full-imports.ts'
import { type StagedPage, stageBatch } from './stage-batch.ts'

/** The page that an import is working on. */
export interface ImportPage extends NamingContextKey {
  readonly mode: 'full' | 'delta'
  readonly runId: string
  /** The cookie that the page was asked for with. Compared before anything is kept. */
  readonly expected: Cookie | undefined
  /** Of a full import: its generation. */
  readonly generation?: number
  /** Of a full import beside deltas: the database's clock before the page was asked for. */
  readonly readSince?: string
  /** Of a full import: the domain controller that it reads. */
  readonly server?: string
}

export interface ChunkInput {
  /** One after the other, in one transaction. */
  readonly batches: readonly (readonly DirectoryChange[])[]
  /** Objects that were read completely, as they were waiting to be. */
  readonly reread?: { readonly guids: readonly ObjectGuid[]; readonly before: string }
  /** The end of the page. */
  readonly end?: PageEnd & {
    /** What earlier chunks of the page told as deleted. */
    readonly gone: readonly ObjectGuid[]
    /** Whether the page ends although only a part is known of some objects: nothing more can be read of them. */
    readonly regardless: boolean
  }
}

export interface ChunkResult {
  /** Objects that are new, different or gone: synchronisation has news of these. */
  readonly changed: readonly ObjectGuid[]
  readonly reported: number
  /** Reported as they were known. */
  readonly unchanged: number
  readonly deleted: number
  /** To be handed to the end of the page. */
  readonly gone: readonly ObjectGuid[]
  /** Objects that need a complete read, since only a part of them is known. */
  readonly unread: readonly ObjectGuid[]
  /** False when the end of the page still waits for `unread`. */
  readonly ended: boolean
}

/**
 * Stages one chunk of a page in a transaction of its own. The cookie moves with the last one, so whoever dies in
 * between repeats the page, which changes nothing twice. Between the chunks others have their turn: transform, and
 * the delta imports beside a full import.
 *
 * @throws CookieConflictError when another importer has moved the cookie.
 * @throws SetupError('source-shrunken') when a full import would delete too large a share.
 */
export async function stageChunk(
  database: Database,
  page: ImportPage,
  input: ChunkInput
): Promise<ChunkResult> {
  return transact(database, async trx => {
    const staging = await lockPage(trx, page)
    const { changed, reported, unchanged, gone, unread } = await stageBatches(trx, staging, input)
    if (input.reread !== undefined) await forgetReread(trx, page, input.reread)
    let deleted = 0
    const { end } = input
    const ended = end !== undefined && (end.regardless || unread.length === 0)
    if (ended) {
      const last = await endPage(trx, staging, { end, gone })
      deleted = last.deleted.length
      for (const guid of [...last.deleted, ...last.changed]) changed.add(guid)
    }
    await journalStaged(trx, staging, [...changed])
    return { changed: [...changed], reported, unchanged, deleted, gone, unread, ended }
  })
}

interface Staged {
  readonly changed: Set<ObjectGuid>
  readonly reported: number
  readonly unchanged: number
  readonly gone: readonly ObjectGuid[]
  readonly unread: readonly ObjectGuid[]
}

async function stageBatches(trx: DatabaseTransaction, page: StagedPage, input: ChunkInput): Promise<Staged> {
  const changed = new Set<ObjectGuid>()
  const reported = new Set<ObjectGuid>()
  const gone: ObjectGuid[] = [...(input.end?.gone ?? [])]
  const unread: ObjectGuid[] = []
  for (const changes of input.batches) {
    const batch = await stageBatch(trx, page, changes)
    for (const guid of batch.changed) changed.add(guid)
    for (const { objectGuid } of changes) reported.add(objectGuid)
    gone.push(...batch.gone)
    unread.push(...batch.unread)
  }
  const unchanged = reported.difference(new Set([...changed, ...gone, ...unread]))
  return { changed, reported: reported.size, unchanged: unchanged.size, gone, unread }
}

/** What the staging statements need to know, once nobody else can change it. */
export async function lockPage(trx: DatabaseTransaction, page: ImportPage): Promise<StagedPage> {
  await lockNamingContext(trx, page)
  const { connector, namingContext, mode, runId } = page
  const { rows: known } = await sql<{ generation: number; beside: boolean }>`
    select generation, exists (select from full_import f
      where f.connector = ${connector} and f.naming_context = ${namingContext}) as beside
    from connector where name = ${connector}`.execute(trx)
  const [now] = known
  if (now === undefined) throw new Error(`the connector ${connector} is not registered`)
  if (mode === 'delta') {
    const position = await readCookie(trx, page)
    expectSame(namingContext, position?.cookie, page.expected)
    return { connector, namingContext, mode, runId, generation: now.generation, marksNews: now.beside }
  }
  const generation = page.generation ?? now.generation
  await expectFullImport(trx, { ...page, generation, cookie: page.expected })
  const { readSince, server } = page
  const trusted = server === undefined ? undefined : await trustedSince(trx, page, server)
  return {
    connector,
    namingContext,
    mode,
    runId,
    generation,
    marksNews: false,
    ...(readSince !== undefined && { readSince }),
    ...(trusted !== undefined && { trustedSince: trusted })
  }
}

export async function journalStaged(
  trx: DatabaseTransaction,
  page: StagedPage,
  changed: readonly ObjectGuid[]
): Promise<void> {
  if (changed.length === 0) return
  await sql`
    insert into journal (connector, object_guid, entry_id, run_id, step, detail)
    select s.connector, s.object_guid, s.entry_id, ${page.runId}, 'staged',
      jsonb_build_object('revision', s.revision, 'deleted', s.deleted, 'mode', ${page.mode}::text)
    from staged_object s where s.connector = ${page.connector} and s.object_guid = any(${changed})`.execute(
    trx
  )
}

/**
 * Objects that wait to be read completely, oldest first, and, where there are any, the database's time now.
 *
 * @param server the controller that would be read. There are none while another one was used lately: this one may lag
 *   behind, and what is read there would stand against newer values, which no delta tells again.
 */
export async function rereads(
  database: Database,
  connector: string,
  { limit, server }: { limit: number; server: string }
): Promise<{ readonly guids: readonly ObjectGuid[]; readonly before: string }> {
  const found = await rows(
    sql<{ objectGuid: string }>`
      select object_guid as "objectGuid" from reread where connector = ${connector}
        and not ${usedLately(connector, server, sql`now()`)}
      order by since limit ${limit}`,
    database
  )
  // The importer looks before each delta, and nearly always in vain: then no time is needed.
  return {
    guids: found.map(row => row.objectGuid),
    before: found.length === 0 ? '' : await databaseTime(database)
  }
}

/** Those that were asked for again since they were read stay. */
async function forgetReread(
  trx: DatabaseTransaction,
  { connector }: NamingContextKey,
  { guids, before }: NonNullable<ChunkInput['reread']>
): Promise<void> {
  await sql`delete from reread where connector = ${connector} and object_guid = any(${guids})
    and since < ${before}::timestamptz`.execute(trx)
}

/** The database's clock, to the microsecond, as text that it understands. */
export async function databaseTime(database: Database): Promise<string> {
  const [row] = await rows(sql<{ at: string }>`select clock_timestamp()::text as at`, database)
  if (row === undefined) throw new Error('the database told no time')
  return row.at
}
