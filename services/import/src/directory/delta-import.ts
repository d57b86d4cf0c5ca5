import { CookieRefusedError } from '@opendirsync/contracts'
import type { CookiePosition } from '@opendirsync/store'
import { publishAllStaged, publishStaged } from '../publish-staged.ts'
import { RunRecord } from '../run-record.ts'
import { importPages } from './import-pages.ts'
import { type DirectoryImporter, importedAttributes, type Source } from './importer.ts'
import { readObjects } from './read-objects.ts'
import { referrersOf } from './referrers.ts'

export interface DeltaInput {
  readonly trigger: string
  /** The longest silence of the controller while an entry is awaited, in milliseconds. */
  readonly silenceMs: number
  readonly signal: AbortSignal
}

export interface DeltaOutcome {
  readonly runId: string | undefined
  readonly reported: number
  readonly staged: number
  readonly unchanged: number
  readonly deleted: number
  /** Objects are still to be read again. */
  readonly isLeft: boolean
}

/**
 * What is new since the cookie, to the end. One that finds nothing leaves no run behind, unless somebody asked for it.
 *
 * @returns undefined when there is no cookie to go on from: a full import must come first
 * @throws CookieRefusedError after forgetting the cookie
 */
export async function deltaImport(
  importer: DirectoryImporter,
  source: Source,
  { trigger, silenceMs, signal }: DeltaInput
): Promise<DeltaOutcome | undefined> {
  const { connector, store, queues } = importer
  const key = { connector, namingContext: source.namingContext }
  const position = await store.connectorSpace.cookie(key)
  const known = await store.connectors.get(connector)
  if (position === undefined || known === undefined) return undefined
  const requested = await store.runs.takeQueued(connector, 'delta')
  const run = new RunRecord({ runs: store.runs, connector, mode: 'delta', trigger, requested })
  let isLeft = false
  try {
    const attributes = await importedAttributes(importer, known.scope)
    const hasScope = known.scope !== undefined
    const rereads = await importRereads(importer, source, { position, run, attributes })
    isLeft = rereads.isLeft
    await importPages(importer, source, {
      mode: 'delta',
      from: position.cookie,
      attributes,
      run,
      signal,
      silenceMs,
      hasScope
    })
    // With a scope they waited for the end of the page.
    if (rereads.staged > 0 && hasScope) await publishAllStaged(queues, store, { connector, runId: run.id })
    await run.complete()
  } catch (error) {
    await run.fail(error)
    if (error instanceof CookieRefusedError) await store.connectorSpace.dropCookie(key)
    throw error
  }
  return { runId: run.begun ? run.id : undefined, ...run.counted, isLeft }
}

const rereadsAtOnce = 50
/** Then whatever else has changed has its turn. */
const mostRereads = 500

/**
 * Objects of which only a part is known, or nothing that is sure, are read completely. Before the changes since the
 * cookie, so that whatever changes after the reading is among those.
 */
async function importRereads(
  importer: DirectoryImporter,
  source: Source,
  { position, run, attributes }: { position: CookiePosition; run: RunRecord; attributes: readonly string[] }
): Promise<{ staged: number; isLeft: boolean }> {
  const { connector, store, queues } = importer
  const { namingContext } = source
  const server = source.rootDse.dnsHostName
  let staged = 0
  for (let read = 0; read < mostRereads; read += rereadsAtOnce) {
    const { guids, before } = await store.connectorSpace.rereads(connector, { limit: rereadsAtOnce, server })
    if (guids.length === 0) return { staged, isLeft: false }
    await run.begin()
    const found = await readObjects(importer, source, { guids, attributes })
    const result = await store.connectorSpace.stageChunk(
      { connector, namingContext, mode: 'delta', runId: run.id, expected: position.cookie },
      { batches: [found, found.flatMap(referrersOf)], reread: { guids, before } }
    )
    await run.count(
      { reported: found.length, staged: result.changed.length, unchanged: result.unchanged, deleted: 0 },
      { page: false }
    )
    await publishStaged(queues, { connector, runId: run.id }, result.changed)
    staged += result.changed.length
  }
  return { staged, isLeft: true }
}
