import {
  type Lane,
  lanes,
  queues as queueList,
  ThrottledError,
  UnavailableError
} from '@opendirsync/contracts'
import { type Entra, linkKey } from '@opendirsync/entra'
import type { Queues } from '@opendirsync/queue'
import type { ExportResult, GateSettings, Store } from '@opendirsync/store'
import { publishPending } from './publish-pending.ts'

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly entra: Entra
  /** Messages of the lane `bulk` that are written at the same time. */
  readonly concurrency: number
  readonly gate: GateSettings
  /** Until what is refused is tried again, where its state says soon. */
  readonly retrySeconds: number
  /** How many objects one claim holds: about as many as are written in a second or two. */
  readonly claimAtOnce: number
}

/** The others bring little at a time; what they bring must not wait for a place. */
const concurrencyOfFewer = 2

/** References that one claim takes, for each object that one takes: most of them are written several at a time. */
const linksPerObject = 5

/** Until what was put off is tried again: a replica that lags, an error of one of Graph's servers. */
const putOffMs: Readonly<Record<Lane, number>> = { urgent: 2_000, single: 3_000, bulk: 10_000 }

interface Message {
  readonly entryIds: readonly string[]
  readonly lane: Lane
  readonly run: { readonly runId?: string }
}

/**
 * One message: write what is pending of its entries, objects first, then the references that have both ends
 * in the tenant. Dying between write and confirm writes again, so every write is repeatable.
 *
 * Each lane is a queue of its own, so that a leaver does not wait behind a hundred thousand new names.
 */
export function consumeExportPending(deps: Deps): AsyncDisposable {
  const consumers = new AsyncDisposableStack()
  for (const lane of lanes) {
    const concurrency = lane === 'bulk' ? deps.concurrency : concurrencyOfFewer
    consumers.use(
      deps.queues.consume(
        queueList.exportPending,
        { concurrency, partition: lane },
        async ({ entryIds, runId }) =>
          exportMessage({ entryIds, lane, run: runId === undefined ? {} : { runId } }, deps)
      )
    )
  }
  return consumers
}

async function exportMessage(message: Message, deps: Deps): Promise<string> {
  const { claimAtOnce, entra } = deps
  if (entra.mode === 'staging') return 'staging mode'
  const results: Claim[] = []
  const sourceEntryIds: string[] = []
  for (let from = 0; from < message.entryIds.length; from += claimAtOnce) {
    const entryIds = message.entryIds.slice(from, from + claimAtOnce)
    const objects = await exportObjects({ ...message, entryIds }, deps)
    results.push(objects)
    sourceEntryIds.push(...(await linkSources(deps.store, entryIds, objects)))
    if (objects.throttledForMs > 0) return pause(message, sourceEntryIds, objects, deps)
  }
  const links = await deps.store.exports.links({
    sourceEntryIds: [...new Set(sourceEntryIds)],
    limit: claimAtOnce * linksPerObject,
    gate: deps.gate,
    write: some => deps.entra.writeLinks(some, message.lane),
    keyOf: linkKey,
    retrySeconds: deps.retrySeconds,
    ...message.run
  })
  results.push(links)
  if (links.throttledForMs > 0) return pause(message, sourceEntryIds, links, deps)
  if (nothingCouldBeDone(results))
    throw new UnavailableError('entra', 'The tenant could not take a change yet. It will be tried again.')
  await publishAgain(message, results, deps)
  return outcomeOf(results)
}

function exportObjects(
  { entryIds, lane, run }: Message,
  { store, entra, gate, retrySeconds }: Deps
): Promise<ExportResult> {
  return store.exports.objects({
    entryIds,
    gate,
    retrySeconds,
    write: pending => entra.writeObjects(pending, lane),
    ...run
  })
}

/**
 * The tenant asks for a pause: the lane waits, and this message comes again. References that only the objects
 * written just now made ready get a message of their own, since the next try will not find those objects pending.
 *
 * @throws ThrottledError always
 */
async function pause(
  { entryIds, lane, run }: Message,
  sourceEntryIds: readonly string[],
  { throttledForMs }: Claim,
  { queues }: Deps
): Promise<never> {
  const known = new Set(entryIds)
  await publishPending(
    queues,
    lane,
    sourceEntryIds.filter(id => !known.has(id)),
    run
  )
  throw new ThrottledError('The tenant asks to slow down.', throttledForMs)
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

type Claim = Omit<ExportResult, 'appeared' | 'reopened'> & Partial<Pick<ExportResult, 'reopened'>>

/** The message itself waits then, longer each time; so no second one is made of it. */
function nothingCouldBeDone(claims: readonly Claim[]): boolean {
  return (
    claims.some(({ later }) => later.length > 0) &&
    claims.every(({ written, refused }) => written + refused === 0)
  )
}

/**
 * What changed while we held it, and what is left, is news again at once; nobody else could have claimed it. What
 * was put off comes again after a while. All of it stays pending in the rows, so that a lost message loses nothing.
 */
async function publishAgain(
  { lane, run }: Message,
  claims: readonly Claim[],
  { store, queues, gate }: Deps
): Promise<void> {
  const later = new Set(claims.flatMap(claim => claim.later))
  const held = [...new Set(claims.flatMap(claim => claim.claimed))].filter(id => !later.has(id))
  const again = await store.pending.exportsAmong(held, gate)
  const urgent = again.filter(entry => entry.urgent)
  const others = again.filter(entry => !entry.urgent)
  await publishPending(
    queues,
    'urgent',
    urgent.map(({ id }) => id),
    run
  )
  await publishPending(
    queues,
    lane,
    others.map(({ id }) => id),
    run
  )
  await publishPending(queues, lane, [...new Set(claims.flatMap(({ reopened = [] }) => reopened))], run)
  await publishPending(queues, lane, [...later], { ...run, delayMs: putOffMs[lane] })
}

function outcomeOf(claims: readonly Claim[]): string {
  if (claims.some(claim => claim.later.length > 0)) return 'put off'
  if (claims.some(claim => claim.refused > 0)) return 'refused'
  return claims.some(claim => claim.written > 0) ? 'written' : 'nothing pending'
}
