import { sql } from 'kysely'
import { Client } from 'pg'
import { type Confirming, confirming, type DriftRecords, driftRecords } from './confirming/confirming.ts'
import { type ConnectorState, readConnectorStates } from './connector-states.ts'
import { type Connectors, connectors } from './connectors.ts'
import {
  type CookiePosition,
  dropCookie,
  type FullImportPosition,
  type NamingContextKey,
  readCookie,
  readFullImport
} from './cookies.ts'
import { type CsvUploads, csvUploads } from './csv-uploads.ts'
import { clientConfig, type DatabaseOptions, mapError, openDatabase, rows } from './database.ts'
import {
  type ControllerHistory,
  type ControllerState,
  recogniseController,
  rememberController
} from './domain-controllers.ts'
import type { PageEnd } from './end-page.ts'
import { type ExportLinksInput, exportLinks, linkSourcesReady } from './export-links.ts'
import { type ExportModes, exportModes, modeReader } from './export-mode.ts'
import { type ExportObjectsInput, type ExportResult, exportObjects } from './export-objects.ts'
import { type Fixes, fixes } from './fixes.ts'
import { beginFullImport, dropFullImport } from './full-imports.ts'
import { type DeletedType, type DeleteVerdict, deleteVerdict } from './gate/delete-verdicts.ts'
import type { GateSettings } from './gate/gate-settings.ts'
import { type Holds, holds } from './gate/holds.ts'
import { type Journal, journal } from './journal.ts'
import { type Lease, waitForLease } from './lease.ts'
import { migrate } from './migrate.ts'
import { type Objects, objects } from './objects.ts'
import { type Passwords, passwords } from './passwords/passwords.ts'
import { type Pending, pending } from './pending.ts'
import { type PendingExports, pendingExports } from './pending-exports/pending-exports.ts'
import { type Quarantine, quarantine } from './quarantine.ts'
import { type Readiness, readiness } from './readiness/readiness.ts'
import { type Resyncs, resyncs } from './rules/resync.ts'
import { type RulesVersions, rulesVersions } from './rules/rules-versions.ts'
import { type Runs, runs } from './runs.ts'
import { type Scopes, scopes } from './scope/scopes.ts'
import {
  type ChunkInput,
  type ChunkResult,
  databaseTime,
  type ImportPage,
  rereads,
  stageChunk
} from './stage-chunk.ts'
import { type Keep, type PageResult, type Stage, stagePage } from './stage-page.ts'
import { Statistics } from './statistics.ts'
import { type Summary, summary } from './summary.ts'
import { type SynchronisationInput, type SynchronisationResult, synchronise } from './synchronisation.ts'
import { type Tenant, tenant } from './tenant.ts'

/** Everything that OpenDirSync remembers. */
export interface Store extends AsyncDisposable {
  readonly connectors: Connectors
  connectorStates(): Promise<ConnectorState[]>
  readonly connectorSpace: {
    cookie(key: NamingContextKey): Promise<CookiePosition | undefined>
    dropCookie(key: NamingContextKey): Promise<void>
    fullImport(key: NamingContextKey): Promise<FullImportPosition | undefined>
    beginFullImport(key: NamingContextKey, attributes: readonly string[]): Promise<FullImportPosition>
    dropFullImport(key: NamingContextKey): Promise<void>
    stageChunk(page: ImportPage, input: ChunkInput): Promise<ChunkResult>
    stagePage(
      page: ImportPage & { readonly preview?: boolean },
      work: (stage: Stage, keep: Keep) => Promise<PageEnd>
    ): Promise<PageResult>
    rereads(connector: string, which: { limit: number; server: string }): ReturnType<typeof rereads>
    recogniseController(state: ControllerState): Promise<ControllerHistory>
    rememberController(state: ControllerState): Promise<void>
    /** The database's clock. */
    time(): Promise<string>
  }
  readonly metaverse: { synchronise(input: SynchronisationInput): Promise<SynchronisationResult> }
  readonly exports: {
    objects(input: ExportObjectsInput): Promise<ExportResult>
    links(input: ExportLinksInput): Promise<Omit<ExportResult, 'appeared'>>
    linkSourcesReady(appeared: readonly string[]): Promise<string[]>
    /** Whether deletes of objects of this type pass without a person. */
    deleteGate(type: DeletedType, gate: GateSettings): Promise<DeleteVerdict>
  }
  readonly exportMode: ExportModes
  readonly pendingExports: PendingExports
  readonly holds: Holds
  readonly pending: Pending
  readonly runs: Runs
  readonly journal: Journal
  readonly summary: Summary
  readonly quarantine: Quarantine
  readonly csvUploads: CsvUploads
  readonly scopes: Scopes
  readonly objects: Objects
  readonly rules: RulesVersions
  readonly resyncs: Resyncs
  readonly readiness: Readiness
  readonly tenant: Tenant
  readonly fixes: Fixes
  readonly confirming: Confirming
  readonly drift: DriftRecords
  readonly passwords: Passwords
  waitForLease(name: string, signal: AbortSignal): Promise<Lease>
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
  const mode = modeReader()
  const database = openDatabase({
    ...options,
    onLost(error) {
      mode.forget()
      options.onLost?.(error)
    }
  })
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
    connectorStates: () => readConnectorStates(database),
    connectorSpace: {
      cookie: key => readCookie(database, key),
      dropCookie: key => dropCookie(database, key),
      fullImport: key => readFullImport(database, key),
      beginFullImport: (key, attributes) => beginFullImport(database, key, attributes),
      dropFullImport: key => dropFullImport(database, key),
      async stageChunk(page, input) {
        const result = await stageChunk(database, page, input)
        await staged.note(result.changed.length)
        return result
      },
      rereads: (connector, which) => rereads(database, connector, which),
      recogniseController: state => recogniseController(database, state),
      rememberController: state => rememberController(database, state),
      time: () => databaseTime(database),
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
        const result = await exportObjects(database, input, mode)
        await exported.note(result.written)
        return result
      },
      async links(input) {
        const result = await exportLinks(database, input, mode)
        await exported.note(result.written)
        return result
      },
      linkSourcesReady: appeared => linkSourcesReady(database, appeared),
      deleteGate: (type, gate) => deleteVerdict(database, type, gate)
    },
    exportMode: exportModes(database, mode),
    pendingExports: pendingExports(database),
    holds: holds(database),
    pending: pending(database),
    runs: runs(database),
    journal: journal(database),
    summary: summary(database),
    quarantine: quarantine(database),
    csvUploads: csvUploads(database),
    scopes: scopes(database),
    objects: objects(database),
    rules: rulesVersions(database),
    resyncs: resyncs(database),
    readiness: readiness(database),
    tenant: tenant(database),
    fixes: fixes(database),
    confirming: confirming(database),
    drift: driftRecords(database),
    passwords: passwords(database, mode),
    waitForLease: (name, signal) => waitForLease(options.url, name, signal),
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
