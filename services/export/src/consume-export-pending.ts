import { queues as queueList } from '@opendirsync/contracts'
import type { Entra } from '@opendirsync/entra'
import { linkKey } from '@opendirsync/entra'
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
export function consumeExportPending({
  store,
  queues,
  entra,
  concurrency,
  deleteThreshold
}: Deps): AsyncDisposable {
  return queues.consume(queueList.exportPending, { concurrency }, async ({ entryIds, runId }) => {
    if (entra.mode === 'staging') return 'staging mode'
    const run = runId === undefined ? {} : { runId }

    const objects = await store.exports.objects({
      entryIds,
      deleteThreshold,
      write: pending => entra.writeObjects(pending),
      ...run
    })
    const links = await store.exports.links({
      sourceEntryIds: await linkSources(store, entryIds, objects),
      limit: linksAtOnce,
      write: some => entra.writeLinks(some),
      keyOf: linkKey,
      ...run
    })

    await publishAgain({ store, queues }, [objects, links], run)
    return outcomeOf(objects, links)
  })
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

type Claim = Pick<ExportResult, 'claimed' | 'later' | 'retryAfterMs'>

/**
 * What changed while we held it, and what is left, is news again at once; nobody else could have claimed it.
 * What the tenant put off is news again after the time that it named.
 */
async function publishAgain(
  { store, queues }: Pick<Deps, 'store' | 'queues'>,
  claims: readonly Claim[],
  run: { readonly runId?: string }
): Promise<void> {
  const later = new Set(claims.flatMap(claim => claim.later))
  const held = [...new Set(claims.flatMap(claim => claim.claimed))].filter(id => !later.has(id))
  const again = await store.pending.exportsAmong(held)
  await queues.publishAll(
    queueList.exportPending,
    messagesOf(again, entryIds => ({ entryIds, ...run }))
  )
  if (later.size === 0) return
  const delayMs = Math.max(...claims.map(claim => claim.retryAfterMs), 100)
  const messages = messagesOf([...later], entryIds => ({ entryIds, ...run }))
  await queues.publishAll(queueList.exportPending, messages, { delayMs })
}

function outcomeOf(
  objects: ExportResult,
  links: Claim & { readonly written: number; readonly refused: number }
): string {
  if (objects.later.length + links.later.length > 0) return 'put off'
  if (objects.refused + links.refused > 0) return 'refused'
  return objects.written + links.written > 0 ? 'written' : 'nothing pending'
}
