import type { DirSyncStep } from '@opendirsync/active-directory'
import type { Cookie, DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import type { ChunkInput, ImportPage } from '@opendirsync/store'
import { publishStaged } from '../publish-staged.ts'
import type { PagesInput } from './import-pages.ts'
import type { DirectoryImporter, Source } from './importer.ts'
import { readObjects } from './read-objects.ts'
import { referrersOf } from './referrers.ts'

export interface PageInput extends PagesInput {
  readonly steps: AsyncGenerator<DirSyncStep, void>
  readonly page: ImportPage
}

export interface ImportedPage {
  readonly cookie: Cookie
  readonly more: boolean
  readonly reported: number
  readonly staged: number
  /** Some of what is new was not told to transform: it was not known yet whether it is in scope. */
  readonly leftForTheEnd: boolean
}

const readingsAtOnce = 50

/**
 * One page, chunk by chunk as it arrives. One chunk is held back, so that a small page is one transaction together
 * with its cookie. What the page told only a part of is read completely after it has arrived: while it streams in,
 * no other answer can pass it on this connection.
 */
export async function importPage(
  importer: DirectoryImporter,
  source: Source,
  input: PageInput
): Promise<ImportedPage> {
  const staging = new PageStaging(importer, input)
  let waiting: readonly DirectoryChange[] = []
  for (let step = await input.steps.next(); step.done !== true; step = await input.steps.next()) {
    input.signal.throwIfAborted()
    if (step.value.kind === 'changes') {
      if (waiting.length > 0) await staging.stage([waiting])
      waiting = staging.setRestoredAside(step.value.changes)
    } else {
      const { cookie, more } = step.value
      await finish(staging, { importer, source, input, waiting, cookie, more })
      return { cookie, more, ...staging.outcome }
    }
  }
  throw new Error('a page of DirSync ended without a cookie')
}

interface Finish {
  readonly importer: DirectoryImporter
  readonly source: Source
  readonly input: PageInput
  readonly waiting: readonly DirectoryChange[]
  readonly cookie: Cookie
  readonly more: boolean
}

async function finish(staging: PageStaging, finishing: Finish): Promise<void> {
  const { importer, source, input, waiting, cookie, more } = finishing
  const { rootDse } = source
  const end = {
    to: { cookie, server: rootDse.dnsHostName, invocationId: rootDse.invocationId },
    more,
    acceptVanished: input.acceptVanished === true
  }
  if (!staging.hasMoreToRead) {
    const { ended } = await staging.stage([waiting], { ...end, regardless: false })
    if (ended) return
  } else if (waiting.length > 0) await staging.stage([waiting])

  const lots = lotsOf(staging.toRead, readingsAtOnce)
  for (const [position, lot] of lots.entries()) {
    const batches = await readLot(importer, source, { lot, attributes: input.attributes })
    input.signal.throwIfAborted()
    await staging.stage(batches, position === lots.length - 1 ? { ...end, regardless: true } : undefined)
  }
}

/** An object to be read completely: restored, with what was reported of it, or known only in part. */
interface ToRead {
  readonly objectGuid: ObjectGuid
  readonly restored: DirectoryChange | undefined
}

/**
 * A restored object is reported without its unchanged attributes, and the groups of a restored member are not
 * reported at all; both are read from the object, and staged in the same transaction as the restore.
 */
async function readLot(
  importer: DirectoryImporter,
  source: Source,
  { lot, attributes }: { readonly lot: readonly ToRead[]; readonly attributes: readonly string[] }
): Promise<DirectoryChange[][]> {
  const guids = lot.map(({ objectGuid }) => objectGuid)
  const found = await readObjects(importer, source, { guids, attributes })
  return [lot.flatMap(({ restored }) => restored ?? []), found, found.flatMap(referrersOf)]
}

/** What has been staged of a page so far. */
class PageStaging {
  readonly #importer: DirectoryImporter
  readonly #input: PageInput
  readonly #restored = new Map<ObjectGuid, DirectoryChange>()
  readonly #unread = new Set<ObjectGuid>()
  #gone: readonly ObjectGuid[] = []
  #reported = 0
  #staged = 0
  #leftForTheEnd = false

  constructor(importer: DirectoryImporter, input: PageInput) {
    this.#importer = importer
    this.#input = input
  }

  get outcome(): Pick<ImportedPage, 'reported' | 'staged' | 'leftForTheEnd'> {
    return { reported: this.#reported, staged: this.#staged, leftForTheEnd: this.#leftForTheEnd }
  }

  get hasMoreToRead(): boolean {
    return this.#restored.size + this.#unread.size > 0
  }

  get toRead(): ToRead[] {
    const unread = [...this.#unread].filter(guid => !this.#restored.has(guid))
    return [
      ...Array.from(this.#restored, ([objectGuid, restored]) => ({ objectGuid, restored })),
      ...unread.map(objectGuid => ({ objectGuid, restored: undefined }))
    ]
  }

  /** @returns the others. */
  setRestoredAside(changes: readonly DirectoryChange[]): readonly DirectoryChange[] {
    for (const change of changes)
      if (change.state === 'restored') this.#restored.set(change.objectGuid, change)
    return changes.filter(change => change.state !== 'restored')
  }

  async stage(
    batches: readonly (readonly DirectoryChange[])[],
    end?: Omit<NonNullable<ChunkInput['end']>, 'gone'>
  ): Promise<{ ended: boolean }> {
    const { connector, store, queues } = this.#importer
    const { page, run, hasScope } = this.#input
    if (batches.some(batch => batch.length > 0)) await run.begin()
    const result = await store.connectorSpace.stageChunk(page, {
      batches,
      ...(end !== undefined && { end: { ...end, gone: this.#gone } })
    })
    this.#gone = end === undefined ? [...this.#gone, ...result.gone] : result.gone
    for (const guid of result.unread) this.#unread.add(guid)
    this.#reported += result.reported
    this.#staged += result.changed.length
    await run.count(
      {
        reported: result.reported,
        staged: result.changed.length,
        unchanged: result.unchanged,
        deleted: result.deleted
      },
      { page: result.ended }
    )
    if (hasScope && !result.ended) this.#leftForTheEnd ||= result.changed.length > 0
    else await publishStaged(queues, { connector, runId: run.id }, result.changed)
    return result
  }
}

function lotsOf<Item>(items: readonly Item[], size: number): Item[][] {
  const lots: Item[][] = []
  for (let from = 0; from < items.length; from += size) lots.push(items.slice(from, from + size))
  return lots
}
