import { CookieConflictError, CookieRefusedError } from '@opendirsync/contracts'
import type { Surroundings } from '../lead.ts'
import type { WakeUp } from '../wake-up.ts'
import { fullImport, isShrunken } from './full-import.ts'
import type { DirectoryImporter } from './importer.ts'
import type { OpenSource } from './open-source.ts'
import type { Pause } from './pause.ts'

export interface FullImports {
  readonly importer: DirectoryImporter
  readonly openSource: OpenSource
  /** Rings when somebody asked for a full import. */
  readonly wakeUp: WakeUp
  /** To be rung when there is a cookie to go on from. */
  readonly deltas: WakeUp
  readonly pause: Pause
}

const lookAgainMs = 30_000

/** Carries out full imports one after the other, beside the delta imports and on a connection of their own. */
export async function serveFullImports(
  { importer, openSource, wakeUp, deltas, pause }: FullImports,
  { untilReady }: Pick<Surroundings, 'untilReady'>,
  signal: AbortSignal
): Promise<void> {
  for (;;) {
    await wakeUp.next(lookAgainMs, signal)
    let more = true
    while (more) {
      more = await untilReady(`the full import of ${importer.connector}`, () => {
        signal.throwIfAborted()
        return nextFullImport({ importer, openSource, pause }, signal)
      })
      if (more) deltas.wake('full-import')
    }
  }
}

/** @returns false when there is none to do. */
async function nextFullImport(
  { importer, openSource, pause }: Pick<FullImports, 'importer' | 'openSource' | 'pause'>,
  signal: AbortSignal
): Promise<boolean> {
  const { connector, store } = importer
  // Of an earlier attempt, where its end could not be written down.
  await store.runs.failAbandoned(connector, 'full')
  const known = await store.connectors.get(connector)
  const namingContext = known?.namingContext ?? ''
  const key = { connector, namingContext }
  const underWay = namingContext === '' ? undefined : await store.connectorSpace.fullImport(key)
  if (underWay === undefined && !(await store.runs.isQueued(connector, 'full'))) return false
  // First the connection: what is asked for stays queued while no controller can be reached.
  await using source = await openSource(signal)
  const requested = await store.runs.takeQueued(connector, 'full')
  if (requested === undefined && underWay === undefined) return false
  try {
    await fullImport(importer, source, { requested, underWay, signal })
  } catch (error) {
    if (signal.aborted) throw error
    await goOnAfter(error, { importer, pause })
  }
  return true
}

/** @throws what is not one of the faults that an import is repeated or given up for */
async function goOnAfter(
  error: unknown,
  { importer, pause }: Pick<FullImports, 'importer' | 'pause'>
): Promise<void> {
  const { connector, store, log } = importer
  if (error instanceof CookieRefusedError) {
    await store.runs.request({ connector, mode: 'full', trigger: 'recovery', reason: error.message })
    log.warn({ connector }, `${error.message} The full import begins again.`)
  } else if (error instanceof CookieConflictError || isShrunken(error)) {
    if (isShrunken(error)) pause.begin()
    log.warn({ connector }, error.message)
  } else throw error
}
