import { type Lane, SetupError, UnavailableError, type WriteBudget } from '@opendirsync/contracts'
import { requestsPerBatch, sendBatch } from './batch.ts'
import { costOf } from './cost.ts'
import type { GraphClient } from './graph-client.ts'
import type { Answer, GraphRequest, Send } from './graph-request.ts'
import { concernsEverybody, quotaNews, throttledBy, together } from './quota-news.ts'
import { type Attempts, isNonsense, sendAgainAfterMs } from './send-again.ts'

/** What was sent, for tests and measurements. They only rise. */
export interface RequestCounters {
  /** HTTP requests to Graph. */
  requests: number
  batches: number
  /** Requests inside batches that may change the tenant. */
  writes: number
  /** Requests inside batches that only read. */
  reads: number
  /** Requests inside batches that were sent once more. */
  sentAgain: number
}

interface SenderOptions {
  readonly client: GraphClient
  readonly budget: WriteBudget
  /** How many batches of each lane may be under way at once. */
  readonly batchesInFlight: number
  readonly counters: RequestCounters
}

interface Waiting {
  readonly request: GraphRequest
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  attempts: Attempts
}

/**
 * Packs the requests of many conversations into batches of 20, with a few batches of each lane in flight, as fast as
 * the budget lets them. Each conversation reads as if it spoke to Graph alone, and sends its next request only after
 * its last answer. What was refused for want of quota, and what may be repeated without harm, is sent again before
 * anybody hears of it.
 */
export function sender(options: SenderOptions): (lane: Lane) => Send {
  const senders = new Map<Lane, Send>()
  return lane => {
    const known = senders.get(lane) ?? laneSender(lane, options)
    senders.set(lane, known)
    return known
  }
}

function laneSender(lane: Lane, { client, budget, batchesInFlight, counters }: SenderOptions): Send {
  const waiting: Waiting[] = []
  let inFlight = 0
  let pumping = false

  /** One at a time asks the budget, so that what was asked for first is sent first. */
  async function pump(): Promise<void> {
    if (pumping) return
    pumping = true
    // After the microtasks, so that all conversations that an answer woke have put their next request in.
    await new Promise(setImmediate)
    while (waiting.length > 0 && inFlight < batchesInFlight) {
      const next = readsFirst(waiting.splice(0, requestsPerBatch))
      try {
        const granted = await budget.take(
          lane,
          next.map(({ request }) => costOf(request))
        )
        waiting.unshift(...next.splice(granted))
        void send(next)
      } catch (error) {
        rejectAll([...next, ...waiting.splice(0)], error)
      }
    }
    pumping = false
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return
    inFlight += 1
    count(batch)
    try {
      const requests = batch.map(({ request }) => request)
      const answers = await sendBatch(client, requests)
      learn(requests, answers)
      for (const [position, each] of batch.entries()) settle(each, known(each, answers[position]))
    } catch (error) {
      fail(batch, error)
    }
    inFlight -= 1
    void pump()
  }

  function fail(batch: readonly Waiting[], error: unknown): void {
    if (error instanceof UnavailableError) for (const each of batch) settle(each, undefined, error)
    // A wrong secret or certificate is wrong for everything that waits.
    else rejectAll(error instanceof SetupError ? [...batch, ...waiting.splice(0)] : batch, error)
  }

  /** The answer to whoever asked, or the request to the front of the queue once more. */
  function settle(
    each: Waiting,
    answer: Answer | undefined,
    error: Error = new UnavailableError('entra', 'A batch came back without all of its answers.')
  ): void {
    const afterMs = sendAgainAfterMs(each.request, answer, each.attempts)
    if (afterMs === undefined) {
      if (answer === undefined) each.reject(error)
      else each.resolve(answer)
      return
    }
    counters.sentAgain += 1
    setTimeout(() => {
      waiting.unshift(each)
      void pump()
    }, afterMs)
  }

  function learn(requests: readonly GraphRequest[], answers: readonly (Answer | undefined)[]): void {
    const news = together(
      requests.flatMap((request, position) => {
        const answer = answers[position]
        return answer === undefined ? [] : quotaNews(answer, costOf(request).resourceUnits)
      })
    )
    if (Object.keys(news).length > 0) budget.note(news)
    const throttled = answers.flatMap(answer => (answer?.status === 429 ? answer : []))
    if (!concernsEverybody(throttled, requests.length)) return
    for (const answer of throttled) budget.note({ throttled: throttledBy(answer) })
  }

  function count(batch: readonly Waiting[]): void {
    for (const each of batch) each.attempts = { ...each.attempts, count: each.attempts.count + 1 }
    const reads = batch.filter(({ request }) => request.method === 'GET').length
    counters.requests += 1
    counters.batches += 1
    counters.reads += reads
    counters.writes += batch.length - reads
  }

  return request =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject, attempts: { count: 0, sinceMs: Date.now() } })
      void pump()
    })
}

/** Reads need nothing of the write quota, so a budget grants them without waiting for it: together they go at once. */
function readsFirst(batch: readonly Waiting[]): Waiting[] {
  const isRead = ({ request }: Waiting): boolean => request.method === 'GET'
  return [...batch.filter(isRead), ...batch.filter(each => !isRead(each))]
}

function known({ request }: Waiting, answer: Answer | undefined): Answer | undefined {
  return answer === undefined || isNonsense(request, answer) ? undefined : answer
}

function rejectAll(batch: readonly Waiting[], error: unknown): void {
  for (const each of batch) each.reject(error)
}
