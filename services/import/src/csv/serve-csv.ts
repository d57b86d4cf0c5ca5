import { CookieConflictError, PermanentError, SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { Store, TakenRun } from '@opendirsync/store'
import { setFirstScope } from '../first-scope.ts'
import { leadWhenOurTurn, type Surroundings } from '../lead.ts'
import { RunRecord } from '../run-record.ts'
import type { CsvSettings } from '../settings/connector-settings.ts'
import { WakeUp } from '../wake-up.ts'
import { type CsvFile, type CsvImporter, importCsv, namingContextOf } from './import-csv.ts'
import { uploadIdentity, WatchedFolder } from './watched-folder.ts'

export interface CsvParts {
  readonly connector: string
  readonly settings: CsvSettings
  readonly store: Store
  readonly queues: Queues
  readonly rules: CsvImporter['rules']
}

/** A connector whose directory is a file: what is handed in over the API, or the newest file of a folder. */
export async function serveCsv(parts: CsvParts, surroundings: Surroundings): Promise<void> {
  const { connector, settings, store, queues, rules } = parts
  const { log, untilReady } = surroundings
  await untilReady('PostgreSQL', () =>
    store.connectors.register(connector, 'csv', namingContextOf(connector))
  )
  const wakeUp = new WakeUp()
  const importer = { connector, mapping: settings.mapping, store, queues, log, rules }
  const folder = new WatchedFolder(importer, settings.folder)
  await leadWhenOurTurn(
    { connector, store, queues, onRequest: () => wakeUp.wake('api') },
    surroundings,
    async signal => {
      await prepare(parts, surroundings, signal)
      for (;;) {
        await wakeUp.next(settings.pollMs, signal)
        await untilReady(`the file of ${connector}`, async () => {
          signal.throwIfAborted()
          // Of an earlier attempt, where its end could not be written down.
          await store.runs.failAbandoned(connector)
          while (await nextRequested(importer, folder, signal)) signal.throwIfAborted()
          await store.csvUploads.forgetUnused(connector, unusedAfterSeconds)
          await folder.useNews(file =>
            importFile(importer, { find: async () => file, reason: file.name, signal })
          )
        })
      }
    }
  )
}

/** A file that was handed in is kept a moment before its run is asked for. */
const unusedAfterSeconds = 3_600

/** The scope of the settings counts before the first file. */
async function prepare(
  { connector, settings: { scope }, store, rules }: CsvParts,
  { log, untilReady }: Surroundings,
  signal: AbortSignal
): Promise<void> {
  if (scope === undefined) return
  await untilReady(`the scope of ${connector}`, () => {
    signal.throwIfAborted()
    return setFirstScope({ connector, scope, store, log, rules }, async places => {
      if (Object.keys(places).length === 0) return {}
      throw new SetupError(
        'scope-reference',
        `${connector} is a file, which has neither containers nor groups. Leave conditions only in its scope.`
      )
    })
  })
}

/** @returns false when nobody asked for anything. */
async function nextRequested(
  importer: CsvImporter,
  folder: WatchedFolder,
  signal: AbortSignal
): Promise<boolean> {
  const { connector, store } = importer
  const delta = await store.runs.takeQueued(connector, 'delta')
  if (delta !== undefined) {
    await store.runs.fail(
      delta.id,
      `${connector} is a file, which is always read whole. Ask for a full import.`
    )
    return true
  }
  const requested = await store.runs.takeQueued(connector, 'full')
  if (requested === undefined) return false
  await importFile(importer, { requested, signal, find: () => fileOf(requested, importer, folder, signal) })
  if (requested.uploadId !== undefined) await store.csvUploads.forget(requested.uploadId)
  return true
}

async function fileOf(
  { uploadId, requestedAt }: TakenRun,
  { store }: CsvImporter,
  folder: WatchedFolder,
  signal: AbortSignal
): Promise<CsvFile | undefined> {
  if (uploadId === undefined) return folder.newest(signal)
  const name = await store.csvUploads.fileName(uploadId)
  if (name === undefined) return undefined
  const handedInAt = Date.parse(requestedAt)
  return {
    name,
    identity: uploadIdentity({ uploadId, handedInAt }),
    open: () => store.csvUploads.read(uploadId)
  }
}

interface FileImport {
  readonly find: () => Promise<CsvFile | undefined>
  /** Of a file that nobody asked for. */
  readonly reason?: string
  readonly requested?: TakenRun
  readonly signal: AbortSignal
}

/** A file that cannot be used ends its run and nothing else. */
async function importFile(
  importer: CsvImporter,
  { find, reason, requested, signal }: FileImport
): Promise<void> {
  const { connector, store, log } = importer
  const run = new RunRecord({
    runs: store.runs,
    connector,
    mode: 'full',
    trigger: 'folder',
    ...(reason !== undefined && { reason }),
    requested
  })
  await run.begin()
  await run.expect()
  try {
    const file = await find()
    if (file === undefined) throw noFile(connector)
    await importCsv(importer, {
      file,
      run,
      signal,
      preview: requested?.preview === true,
      acceptVanished: requested?.acceptVanished === true
    })
    await run.complete()
  } catch (error) {
    const isRepeated = requested !== undefined && (signal.aborted || error instanceof UnavailableError)
    await (isRepeated ? run.putBack() : run.fail(error))
    const isOfTheFile =
      error instanceof PermanentError || error instanceof CookieConflictError || error instanceof SetupError
    if (!isOfTheFile) throw error
    log.warn({ connector, runId: run.id }, error.message)
  }
}

function noFile(connector: string): PermanentError {
  return new PermanentError(
    `${connector} has no file to import. Hand one in over the API, or put one into the folder of the connector.`
  )
}
