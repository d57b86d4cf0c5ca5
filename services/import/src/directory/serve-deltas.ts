import { watch, watchHealth } from '@opendirsync/active-directory'
import { CookieConflictError, CookieRefusedError, SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Surroundings } from '../lead.ts'
import type { Found, WakeReason, WakeUp } from '../wake-up.ts'
import { deltaImport } from './delta-import.ts'
import { type DirectoryImporter, importedAttributes } from './importer.ts'
import type { OpenedSource, OpenSource } from './open-source.ts'
import type { Patience } from './patience.ts'
import type { Pause } from './pause.ts'

export interface Deltas {
  readonly importer: DirectoryImporter
  readonly openSource: OpenSource
  readonly wakeUp: WakeUp
  readonly fullImports: WakeUp
  readonly pollMs: number
  readonly patience: Patience
  readonly pause: Pause
}

/** While a full import keeps the controller busy, its notifications may be late. */
const pollBesideFullImportMs = 1_000

/** Imports what changes, as it changes. A lost connection leads to another one, at this controller or the next. */
export async function serveDeltas(
  deltas: Deltas,
  { log, untilReady }: Pick<Surroundings, 'log' | 'untilReady'>,
  signal: AbortSignal
): Promise<void> {
  const { connector } = deltas.importer
  for (;;) {
    await using session = await untilReady(`Active Directory for ${connector}`, () => {
      signal.throwIfAborted()
      return openSession(deltas, signal)
    })
    try {
      await session.follow()
    } catch (error) {
      // What a person must mend is waited for by the next session, as at the start.
      const isWaitedFor = error instanceof UnavailableError || error instanceof SetupError
      if (signal.aborted || !isWaitedFor) throw error
      log.warn({ connector }, `${error.message} Connecting again.`)
    }
  }
}

interface Session extends AsyncDisposable {
  /** Imports whenever it is woken, until the connection is lost. */
  follow(): Promise<never>
}

/**
 * Connects, watches, and makes a first import. In this order: what changes after the watch began wakes us,
 * what changed before is read by the import.
 *
 * @throws SetupError, UnavailableError
 */
async function openSession(deltas: Deltas, signal: AbortSignal): Promise<Session> {
  const { connector, store } = deltas.importer
  // Of an earlier session, where its end could not be written down.
  await store.runs.failAbandoned(connector, 'delta')
  const source = await deltas.openSource(signal)
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  try {
    const { connection, namingContext } = source
    const { ended } = await watch(connection, namingContext, () => deltas.wakeUp.wake('notification'), either)
    // Without the watch, or with a controller that does not answer, the importer would be late without noticing.
    ended.then(
      () => ending.abort(watchEnded(source)),
      (error: unknown) => ending.abort(error)
    )
    watchHealth(connection, { signal: either }).catch((error: unknown) => {
      if (either.aborted) return
      source.leave(error instanceof Error ? error.message : String(error))
      ending.abort(error)
    })
    const found = await importOnce(deltas, source, { reason: 'start', signal: either })
    return {
      follow: () => follow(deltas, source, { found, signal: either }),
      async [Symbol.asyncDispose]() {
        ending.abort(new UnavailableError('active-directory', 'The session was ended here.'))
        await source[Symbol.asyncDispose]()
      }
    }
  } catch (error) {
    ending.abort(error)
    await source[Symbol.asyncDispose]()
    throw error
  }
}

async function follow(
  deltas: Deltas,
  source: OpenedSource,
  { found: foundAtFirst, signal }: { found: Found; signal: AbortSignal }
): Promise<never> {
  let found = foundAtFirst
  for (;;) {
    const pollMs = await pollOf(deltas, source)
    const reason = await deltas.wakeUp.next(pollMs, signal, found)
    found = await importOnce(deltas, source, { reason, signal })
  }
}

async function pollOf({ importer, pollMs }: Deltas, { namingContext }: OpenedSource): Promise<number> {
  const { connector, store } = importer
  const underWay = await store.connectorSpace.fullImport({ connector, namingContext })
  return underWay === undefined ? pollMs : Math.min(pollMs, pollBesideFullImportMs)
}

async function importOnce(
  deltas: Deltas,
  source: OpenedSource,
  { reason, signal }: { reason: WakeReason; signal: AbortSignal }
): Promise<Found> {
  const { importer, wakeUp, patience } = deltas
  const { connector, log } = importer
  try {
    const outcome = await deltaImport(importer, source, {
      trigger: reason,
      silenceMs: patience.silenceMs,
      signal
    })
    patience.answered()
    await requestWhatIsMissing(deltas, source, outcome === undefined)
    if (outcome?.isLeft === true) wakeUp.wake('start')
    if (outcome?.runId !== undefined) log.info({ connector, mode: 'delta', reason, ...outcome }, 'imported')
    return (outcome?.reported ?? 0) > 0 ? 'something' : 'nothing'
  } catch (error) {
    if (error instanceof UnavailableError) patience.failed()
    // Two faults are part of the protocol: both are said, and both lead to another import at once.
    if (error instanceof CookieRefusedError) await requestFull(deltas, error.message)
    else if (error instanceof CookieConflictError) log.warn({ connector }, error.message)
    else throw error
    wakeUp.wake('start')
    return 'something'
  }
}

/** A full import where there is nothing to go on from, or where something is read now that was never asked for. */
async function requestWhatIsMissing(
  deltas: Deltas,
  { namingContext }: OpenedSource,
  cookieIsMissing: boolean
): Promise<void> {
  const { connector, store } = deltas.importer
  const known = await store.connectors.get(connector)
  const underWay = await store.connectorSpace.fullImport({ connector, namingContext })
  const needed = await importedAttributes(deltas.importer, known?.scope)
  if (cookieIsMissing) {
    if (underWay === undefined) await requestFull(deltas, 'There is no position to go on from.')
    return
  }
  const missing = missingAmong(needed, known?.importedAttributes)
  if (
    missing.length === 0 ||
    (underWay !== undefined && missingAmong(needed, underWay.attributes).length === 0)
  )
    return
  await requestFull(deltas, `Attributes are read now that were never imported: ${missing.join(', ')}.`)
}

function missingAmong(needed: readonly string[], had: readonly string[] = []): string[] {
  const lower = new Set(had.map(name => name.toLowerCase()))
  return needed.filter(name => !lower.has(name.toLowerCase()))
}

async function requestFull({ importer, fullImports, pause }: Deltas, reason: string): Promise<void> {
  const { connector, store, log } = importer
  if (pause.isOn) return
  if (await store.runs.isActive(connector, 'full')) return fullImports.wake('api')
  await store.runs.request({ connector, mode: 'full', trigger: 'recovery', reason })
  log.warn({ connector }, `${reason} A full import was requested.`)
  fullImports.wake('api')
}

function watchEnded({ connection }: OpenedSource): UnavailableError {
  return new UnavailableError(
    'active-directory',
    `The change notification of ${connection.server} has ended.`
  )
}
