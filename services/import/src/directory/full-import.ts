import { CookieRefusedError, SetupError } from '@opendirsync/contracts'
import type { FullImportPosition, TakenRun } from '@opendirsync/store'
import { RunRecord } from '../run-record.ts'
import { importPages } from './import-pages.ts'
import { type DirectoryImporter, importedAttributes, type Source } from './importer.ts'

export interface FullImportInput {
  readonly requested: TakenRun | undefined
  /** One that broke off. It is gone on with, unless somebody asked for one from the start. */
  readonly underWay: FullImportPosition | undefined
  readonly signal: AbortSignal
}

/** Samba works the whole domain out before it sends the first object. */
const silenceMs = 120_000

/**
 * Reads everything, and finds what has vanished. Delta imports go on beside it where there is a cookie; else its own
 * last cookie becomes the one that they start from.
 *
 * @throws CookieRefusedError when the controller does not go on with one that broke off, which is given up then
 * @throws SetupError('source-shrunken'), after giving it up
 */
export async function fullImport(
  importer: DirectoryImporter,
  source: Source,
  { requested, underWay, signal }: FullImportInput
): Promise<void> {
  const { connector, store, log } = importer
  const key = { connector, namingContext: source.namingContext }
  const known = await store.connectors.get(connector)
  if (known === undefined) throw new Error(`the connector ${connector} is not registered`)
  const run = new RunRecord({
    runs: store.runs,
    connector,
    mode: 'full',
    trigger: 'recovery',
    reason: 'An earlier full import was broken off; this one goes on from its last page.',
    requested
  })
  try {
    await run.begin()
    await run.expect()
    const position =
      requested === undefined && underWay !== undefined
        ? underWay
        : await store.connectorSpace.beginFullImport(key, await importedAttributes(importer, known.scope))
    await importPages(importer, source, {
      mode: 'full',
      from: position.cookie,
      attributes: position.attributes,
      run,
      signal,
      silenceMs,
      hasScope: known.scope !== undefined,
      generation: position.generation,
      beside: (await store.connectorSpace.cookie(key)) !== undefined,
      acceptVanished: requested?.acceptVanished === true
    })
    await run.complete()
    log.info({ connector, mode: 'full', runId: run.id, ...run.counted }, 'imported everything')
  } catch (error) {
    await run.fail(error)
    if (error instanceof CookieRefusedError || isShrunken(error))
      await store.connectorSpace.dropFullImport(key)
    throw error
  }
}

/** Too much had vanished, and the full import was given up. */
export function isShrunken(error: unknown): error is SetupError {
  return error instanceof SetupError && error.code === 'source-shrunken'
}
