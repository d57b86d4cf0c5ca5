import {
  type Lane,
  lanes,
  queues as queueList,
  ThrottledError,
  UnavailableError
} from '@opendirsync/contracts'
import { type Entra, linkKey } from '@opendirsync/entra'
import type { Delivery, Queues } from '@opendirsync/queue'
import type { ExportResult, GateSettings, PendingEntry, Store } from '@opendirsync/store'
import { publishAgainOnce, publishPending } from './publish-pending.ts'

interface Deps {
  readonly store: Store
  readonly queues: Queues
  readonly entra: Entra
  /** Messages of the lane `bulk` that are written at the same time. */
  readonly concurrency: number
  readonly gate: GateSettings
  /** Until what is refused is tried again, where its state says soon. */
  readonly retrySeconds: number
  /** How many objects one claim holds locked: all claims together about as many as are written in two seconds. */
  readonly claimAtOnce: number
}

/** The others bring little at a time; what they bring must not wait for a place. */
const concurrencyOfFewer = 2

/** References that one claim takes, for each object that one takes: most of them are written several at a time. */
const linksPerObject = 5
/** Of a large group; the requests are full then. */
const fewestLinks = 100

/** Until what was put off is tried again: a replica that lags, an error of one of Graph's servers. */
const putOffMs: Readonly<Record<Lane, number>> = { urgent: 2_000, single: 3_000, bulk: 10_000 }

/** After so many tries a message that can do nothing becomes one that there is no second of. */
const triesInPlace = 4

/** So often references are claimed anew without those of objects that could not be written. */
const mostClaims = 5

interface Message {
  readonly entryIds: readonly string[]
  readonly lane: Lane
  readonly run: { readonly runId?: string }
  readonly delivery: Delivery
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
        async ({ entryIds, runId }, delivery) =>
          exportMessage({ entryIds, lane, run: runId === undefined ? {} : { runId }, delivery }, deps)
      )
    )
  }
  return consumers
}

async function exportMessage(message: Message, deps: Deps): Promise<string> {
  if (deps.entra.mode === 'staging') return 'staging mode'
  const claims: Claim[] = []
  const sources = new Set<string>()
  for (const entryIds of portions(message.entryIds, deps.claimAtOnce)) {
    if (mustStop(message, claims)) break
    const objects = await exportObjects({ ...message, entryIds }, deps)
    claims.push(objects)
    for (const id of await linkSources(deps.store, entryIds, objects)) sources.add(id)
  }
  for (const entryIds of portions([...sources], deps.claimAtOnce)) {
    if (mustStop(message, claims)) break
    claims.push(...(await exportReferences({ ...message, entryIds }, deps)))
  }
  if (mustStop(message, claims)) return comeAgain(message, [...sources], claims, deps)
  await publishAgain(message, claims, deps)
  return outcomeOf(claims)
}

function portions(ids: readonly string[], size: number): string[][] {
  const count = Math.ceil(ids.length / size)
  return Array.from({ length: count }, (_each, place) => ids.slice(place * size, (place + 1) * size))
}

/** The tenant asks for a pause, or this exporter is to stop. */
function mustStop({ delivery }: Message, claims: readonly Claim[]): boolean {
  return delivery.signal.aborted || claims.some(({ throttledForMs }) => throttledForMs > 0)
}

/** References that cannot be written take up a whole claim; those of other objects must not wait for them. */
async function exportReferences(message: Message, deps: Deps): Promise<Claim[]> {
  const claims: Claim[] = []
  let left = message.entryIds
  while (left.length > 0 && claims.length < mostClaims && !mustStop(message, claims)) {
    const links = await exportLinks({ ...message, entryIds: left }, deps)
    claims.push(links)
    const stuck = new Set(links.later)
    left = stuck.size === 0 ? [] : links.claimed.filter(id => !stuck.has(id))
  }
  return claims
}

function exportLinks({ entryIds, lane, run }: Message, deps: Deps): Promise<Claim> {
  const { store, entra, gate, retrySeconds, claimAtOnce } = deps
  return store.exports.links({
    sourceEntryIds: entryIds,
    limit: Math.max(fewestLinks, claimAtOnce * linksPerObject),
    gate,
    write: some => entra.writeLinks(some, lane),
    keyOf: linkKey,
    retrySeconds,
    ...run
  })
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
 * The tenant asks for a pause, for which the lane waits, or this exporter stops: the message comes again. References that
 * only the objects written just now made ready get a message of their own, since the next try will not find those
 * objects pending.
 *
 * @throws ThrottledError, or why it stops, always
 */
async function comeAgain(
  { entryIds, lane, run, delivery }: Message,
  sourceEntryIds: readonly string[],
  claims: readonly Claim[],
  deps: Deps
): Promise<never> {
  const known = new Set(entryIds)
  const others = sourceEntryIds.filter(id => !known.has(id))
  await publishPending(deps.queues, lane, others, run)
  await publishUrgent(lane, await stillPending(claims, deps), run, deps)
  delivery.signal.throwIfAborted()
  const throttledForMs = Math.max(...claims.map(claim => claim.throttledForMs))
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

type Claim = Omit<ExportResult, 'appeared'>

/**
 * What changed while we held it, and what is left, is news again at once; nobody else could have claimed it. What
 * was put off comes again after a while. All of it stays pending in the rows, so that a lost message loses nothing.
 *
 * @throws UnavailableError when nothing could be done: the message itself waits then, longer each time
 */
async function publishAgain(message: Message, claims: readonly Claim[], deps: Deps): Promise<void> {
  const { lane, run, delivery } = message
  const { queues } = deps
  const still = await stillPending(claims, deps)
  const urgent = await publishUrgent(lane, still, run, deps)
  const later = new Set(claims.flatMap(claim => claim.later))
  await publishPending(
    queues,
    lane,
    still.flatMap(({ id }) => (later.has(id) || urgent.has(id) ? [] : [id])),
    run
  )
  await publishAgainOnce(queues, lane, [...new Set(claims.flatMap(({ reopened }) => reopened))], run)

  const putOff = [...later].filter(id => !urgent.has(id))
  // What a sweep's message leaves over, the next sweep finds; if it waited, no sweep would find anything else.
  if (putOff.length === 0 || delivery.once === 'sweep') return
  if (waitsItself(message, claims, putOff))
    throw new UnavailableError('entra', 'The tenant could not take a change yet. It will be tried again.')
  await publishAgainOnce(queues, lane, putOff, { ...run, delayMs: putOffMs[lane] })
}

/** Instead of making another message of it. One that there is no second of cannot be published while it is in hand. */
function waitsItself(
  { entryIds, delivery }: Message,
  claims: readonly Claim[],
  putOff: readonly string[]
): boolean {
  const isAlone = delivery.once !== undefined && entryIds.every(id => putOff.includes(id))
  const isIdle = claims.every(({ written, refused }) => written + refused === 0)
  return isAlone || (isIdle && delivery.attempt < triesInPlace)
}

function stillPending(claims: readonly Claim[], { store, gate }: Deps): Promise<PendingEntry[]> {
  return store.pending.exportsAmong([...new Set(claims.flatMap(claim => claim.claimed))], gate)
}

/**
 * Access that is to be taken away waits in no other lane. Its own message has come and gone while the object was held
 * here, and may have found nothing to do.
 */
async function publishUrgent(
  lane: Lane,
  still: readonly PendingEntry[],
  run: Message['run'],
  { queues }: Deps
): Promise<ReadonlySet<string>> {
  if (lane === 'urgent') return new Set()
  const ids = still.flatMap(({ id, urgent }) => (urgent ? [id] : []))
  await publishAgainOnce(queues, 'urgent', ids, run)
  return new Set(ids)
}

function outcomeOf(claims: readonly Claim[]): string {
  if (claims.some(claim => claim.later.length > 0)) return 'put off'
  if (claims.some(claim => claim.refused > 0)) return 'refused'
  return claims.some(claim => claim.written > 0) ? 'written' : 'nothing pending'
}
