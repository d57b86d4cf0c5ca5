import { randomUUID } from 'node:crypto'
import { type DirectoryConnection, dirSync, type RootDse } from '@opendirsync/active-directory'
import { type ImportMode, linkAttributes, type ObjectGuid, queues, type Run } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import { sourceAttributes } from '@opendirsync/rules'
import { type Logger, withSpan } from '@opendirsync/runtime'
import type { CookiePosition, Store } from '@opendirsync/store'
import { stageSteps } from './stage-steps.ts'

export interface Importer {
  readonly connector: string
  readonly store: Store
  readonly queues: Queues
  readonly connection: DirectoryConnection
  readonly rootDse: RootDse
  readonly log: Logger
}

export interface ImportOutcome {
  readonly mode: ImportMode
  readonly runId: string | undefined
  readonly reported: number
  readonly staged: number
}

/** What is asked of the directory, and so what counts as a change: what the rules read, and the links. */
const importedAttributes: readonly string[] = [...new Set([...sourceAttributes, ...linkAttributes])]

/**
 * One import to its end: the run that was asked for, else what is new since the cookie. Without a cookie,
 * or when an earlier full import broke off, it is a full import.
 *
 * A delta import that finds nothing leaves no run behind, unless somebody asked for it.
 */
export async function runImport(importer: Importer, trigger: string): Promise<ImportOutcome> {
  const { store, connector, rootDse } = importer
  const position = await store.connectorSpace.cookie({
    connector,
    namingContext: rootDse.defaultNamingContext
  })
  const requested = await store.runs.takeQueued(connector)
  const mode = position === undefined || position.fullImport ? 'full' : (requested?.mode ?? 'delta')
  const run = new RunRecord(importer, mode, requested, trigger)
  try {
    if (requested !== undefined || mode === 'full') await run.begin()
    await importPages(importer, run, position)
    await run.complete()
  } catch (error) {
    await run.fail(error)
    throw error
  }
  return { mode, runId: run.begun ? run.id : undefined, reported: run.reported, staged: run.staged }
}

async function importPages(
  importer: Importer,
  run: RunRecord,
  before: CookiePosition | undefined
): Promise<void> {
  const { connector, connection, rootDse, store } = importer
  const namingContext = rootDse.defaultNamingContext
  // A full import that broke off is gone on with, unless somebody asked for one from the start.
  const afresh = run.mode === 'full' && (before?.fullImport !== true || run.asked === 'full')
  const generation = (before?.generation ?? 0) + (afresh ? 1 : 0)
  const from = afresh ? undefined : before?.cookie
  const steps = dirSync(connection, {
    namingContext,
    attributes: importedAttributes,
    everything: run.mode === 'full',
    ...(from === undefined ? {} : { cookie: from })
  })
  let expected = before?.cookie
  for (let more = true; more; ) {
    more = await withSpan('import page', { connector, runId: run.id, mode: run.mode }, async () => {
      const page = { connector, namingContext, expected, generation, mode: run.mode, runId: run.id }
      let last = false
      const result = await store.connectorSpace.stagePage(page, async stage => {
        const chunk: typeof stage = async changes => {
          if (changes.length > 0) await run.begin()
          return stage(changes)
        }
        const end = await stageSteps(steps, chunk, { connection, attributes: importedAttributes })
        expected = end.cookie
        last = !end.more
        return {
          to: { cookie: end.cookie, server: rootDse.dnsHostName, invocationId: rootDse.invocationId },
          more: end.more
        }
      })
      await run.count(result)
      if (result.reported > 0)
        importer.log.info(
          {
            connector,
            runId: run.id,
            mode: run.mode,
            reported: result.reported,
            staged: result.changed.length
          },
          'imported a page'
        )
      await publishStaged(importer, result.changed, run.id)
      return !last
    })
  }
}

async function publishStaged(
  { queues: target, connector }: Importer,
  changed: readonly ObjectGuid[],
  runId: string
): Promise<void> {
  const messages = messagesOf(changed, objectGuids => ({ connector, objectGuids, runId }))
  await target.publishAll(queues.objectStaged, messages)
}

/** The run as its row tells it. Begun when there is something to tell. */
class RunRecord {
  readonly id: string
  readonly mode: ImportMode
  /** The mode that somebody asked for. */
  readonly asked: ImportMode | undefined
  begun: boolean
  reported = 0
  staged = 0
  readonly #importer: Importer
  readonly #trigger: string

  constructor(importer: Importer, mode: ImportMode, requested: Run | undefined, trigger: string) {
    this.id = requested?.id ?? randomUUID()
    this.mode = mode
    this.asked = requested?.mode
    this.begun = requested !== undefined
    this.#importer = importer
    this.#trigger = trigger
  }

  async begin(): Promise<void> {
    if (this.begun) return
    const { store, connector } = this.#importer
    await store.runs.start({ id: this.id, connector, mode: this.mode, trigger: this.#trigger })
    this.begun = true
  }

  async count(page: { reported: number; changed: readonly ObjectGuid[]; deleted: number }): Promise<void> {
    this.reported += page.reported
    this.staged += page.changed.length
    if (!this.begun) return
    const { store } = this.#importer
    await store.runs.count(this.id, {
      reported: page.reported,
      staged: page.changed.length,
      deleted: page.deleted
    })
  }

  async complete(): Promise<void> {
    if (this.begun) await this.#importer.store.runs.complete(this.id)
  }

  async fail(error: unknown): Promise<void> {
    if (!this.begun) return
    const message = error instanceof Error ? error.message : String(error)
    // The fault that ended the run is the news; that it could not be written down as well is not.
    await this.#importer.store.runs.fail(this.id, message).catch(() => {})
  }
}
