import { sql } from 'kysely'
import { Client } from 'pg'
import { type Connectors, connectors } from './connectors.ts'
import { type CookiePosition, type NamingContextKey, readCookie } from './cookies.ts'
import { clientConfig, type DatabaseOptions, mapError, openDatabase, rows } from './database.ts'
import { type DeleteGate, deleteGate } from './delete-gate.ts'
import { type ExportLinksInput, exportLinks, linkSourcesReady } from './export-links.ts'
import { type ExportObjectsInput, type ExportResult, exportObjects } from './export-objects.ts'
import { type Journal, journal } from './journal.ts'
import { type Lease, tryLease } from './lease.ts'
import { migrate } from './migrate.ts'
import { type Pending, pending } from './pending.ts'
import { type Quarantine, quarantine } from './quarantine.ts'
import { type Runs, runs } from './runs.ts'
import { type PageEnd, type PageInput, type PageResult, type Stage, stagePage } from './stage-page.ts'
import { Statistics } from './statistics.ts'
import { type Summary, summary } from './summary.ts'
import { type SynchronisationInput, type SynchronisationResult, synchronise } from './synchronisation.ts'

/** Everything that OpenDirSync remembers. */
export interface Store extends AsyncDisposable {
  readonly connectors: Connectors
  readonly connectorSpace: {
    cookie(key: NamingContextKey): Promise<CookiePosition | undefined>
    stagePage(page: PageInput, work: (stage: Stage) => Promise<PageEnd>): Promise<PageResult>
  }
  readonly metaverse: { synchronise(input: SynchronisationInput): Promise<SynchronisationResult> }
  readonly exports: {
    objects(input: ExportObjectsInput): Promise<ExportResult>
    links(input: ExportLinksInput): Promise<Omit<ExportResult, 'appeared'>>
    linkSourcesReady(appeared: readonly string[]): Promise<string[]>
    deleteGate(threshold: number): Promise<DeleteGate>
  }
  readonly pending: Pending
  readonly runs: Runs
  readonly journal: Journal
  readonly summary: Summary
  readonly quarantine: Quarantine
  tryLease(name: string): Promise<Lease | undefined>
  ping(): Promise<void>
}

/**
 * Opens the database and brings its schema up to date. Services may start at once: one migrates, the
 * others wait.
 *
 * @throws UnavailableError('postgres') when it cannot be reached.
 * @throws PermanentError when the schema cannot be migrated by this version.
 */
export async function openStore(options: DatabaseOptions): Promise<Store> {
  await migrateSchema(options.url)
  const database = openDatabase(options)
  const staged = new Statistics(database, ['staged_object', 'staged_link'])
  const desired = new Statistics(database, [
    'metaverse_entry',
    'export_object',
    'export_state',
    'export_link'
  ])
  const exported = new Statistics(database, ['export_object', 'export_state', 'export_link'])
  return {
    connectors: connectors(database),
    connectorSpace: {
      cookie: key => readCookie(database, key),
      async stagePage(page, work) {
        const result = await stagePage(database, page, work)
        await staged.note(result.changed.length)
        return result
      }
    },
    metaverse: {
      async synchronise(input) {
        const result = await synchronise(database, input)
        await desired.note(result.synchronised)
        return result
      }
    },
    exports: {
      async objects(input) {
        const result = await exportObjects(database, input)
        await exported.note(result.written)
        return result
      },
      async links(input) {
        const result = await exportLinks(database, input)
        await exported.note(result.written)
        return result
      },
      linkSourcesReady: appeared => linkSourcesReady(database, appeared),
      deleteGate: threshold => deleteGate(database, threshold)
    },
    pending: pending(database),
    runs: runs(database),
    journal: journal(database),
    summary: summary(database),
    quarantine: quarantine(database),
    tryLease: name => tryLease(options.url, name),
    async ping() {
      await rows(sql`select 1`, database)
    },
    async [Symbol.asyncDispose]() {
      await database.destroy()
    }
  }
}

async function migrateSchema(url: string): Promise<void> {
  const client = new Client(clientConfig(url))
  client.on('error', () => {})
  try {
    await client.connect()
    await migrate(client)
  } catch (cause) {
    throw mapError(cause)
  } finally {
    await client.end().catch(() => {})
  }
}
