import { queues as queueList, ThrottledError } from '@opendirsync/contracts'
import { type Entra, linkKey } from '@opendirsync/entra'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { ExportResult, Store } from '@opendirsync/store'

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly entra: Entra
  readonly concurrency: number
  readonly deleteThreshold: number
}

/** References that one claim takes at the most, so that a group of 250,000 members does not hold its row for hours. */
const linksAtOnce = 2_000

/**
 * One message: write what is pending of its entries, objects first, then the references that have both ends
 * in the tenant. Dying between write and confirm writes again, so every write is repeatable.
 */
export function consumeExportPending(deps: Deps): AsyncDisposable {
  const { store, queues, entra, concurrency, deleteThreshold } = deps
  return queues.consume(queueList.exportPending, { concurrency }, async ({ entryIds, runId }) => {
    if (entra.mode === 'staging') return 'staging mode'
    const run = runId === undefined ? {} : { runId }

    const objects = await store.exports.objects({
      entryIds,
      deleteThreshold,
      write: pending => entra.writeObjects(pending),
      ...run
    })
    const sourceEntryIds = await linkSources(store, entryIds, objects)
    if (objects.throttledForMs > 0)
      return pause({ queues, sourceEntryIds, entryIds, run }, objects.throttledForMs)

    const links = await store.exports.links({
      sourceEntryIds,
      limit: linksAtOnce,
      write: some => entra.writeLinks(some),
      keyOf: linkKey,
      ...run
    })
    if (links.throttledForMs > 0)
      return pause({ queues, sourceEntryIds, entryIds, run }, links.throttledForMs)

    await publishAgain(deps, [objects, links], run)
    return outcomeOf(objects, links)
  })
}

/**
 * The tenant asks for a pause: the whole queue waits, and this message comes again. References that only the objects
 * written just now made ready get a message of their own, since the next try will not find those objects pending.
 *
 * @throws ThrottledError always
 */
async function pause(
  message: {
    readonly queues: Queues
    readonly sourceEntryIds: readonly string[]
    readonly entryIds: readonly string[]
    readonly run: { readonly runId?: string }
  },
  retryAfterMs: number
): Promise<never> {
  const known = new Set(message.entryIds)
  const others = message.sourceEntryIds.filter(id => !known.has(id))
  const messages = messagesOf(others, entryIds => ({ entryIds, ...message.run }))
  await message.queues.publishAll(queueList.exportPending, messages)
  throw new ThrottledError('The tenant asks to slow down.', retryAfterMs)
}

/** New objects bring the references that now have both ends; for all others the message itself is the news. */
async function linkSources(
  store: Store,
  entryIds: readonly string[],
  { appeared, later }: ExportResult
): Promise<string[]> {
  const notYet = new Set([...appeared, ...later])
  const ready = await store.exports.linkSourcesReady(appeared)
  return [...new Set([...entryIds.filter(id => !notYet.has(id)), ...ready])]
}

type Claim = Omit<ExportResult, 'appeared'>

/**
 * What changed while we held it, and what is left, is news again at once; nobody else could have claimed it. What
 * was put off stays pending in the rows, and the sweep brings it again.
 */
async function publishAgain(
  { store, queues, deleteThreshold }: Deps,
  claims: readonly Claim[],
  run: { readonly runId?: string }
): Promise<void> {
  const later = new Set(claims.flatMap(claim => claim.later))
  const held = [...new Set(claims.flatMap(claim => claim.claimed))].filter(id => !later.has(id))
  const again = await store.pending.exportsAmong(held, deleteThreshold)
  await queues.publishAll(
    queueList.exportPending,
    messagesOf(again, entryIds => ({ entryIds, ...run }))
  )
}

function outcomeOf(...claims: readonly Claim[]): string {
  if (claims.some(claim => claim.later.length > 0)) return 'put off'
  if (claims.some(claim => claim.refused > 0)) return 'refused'
  return claims.some(claim => claim.written > 0) ? 'written' : 'nothing pending'
}
