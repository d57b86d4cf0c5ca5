import { SetupError, ThrottledError } from '@opendirsync/contracts'
import { retryAfterMsOf } from '../errors.ts'
import { requestsPerBatch, sendBatch } from './batch.ts'
import type { GraphClient } from './graph-client.ts'
import type { Answer, GraphRequest, Send } from './graph-request.ts'

/** What was sent, for tests and measurements. They only rise. */
export interface RequestCounters {
  /** HTTP requests to Graph. */
  requests: number
  batches: number
  /** Requests inside batches that may change the tenant. */
  writes: number
  /** Requests inside batches that only read. */
  reads: number
}

interface SenderOptions {
  readonly client: GraphClient
  readonly batchesInFlight: number
  readonly counters: RequestCounters
}

interface Waiting {
  readonly request: GraphRequest
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Packs the requests of many conversations into batches of 20, with a few batches in flight. Each conversation
 * reads as if it spoke to Graph alone, and sends its next request only after its last answer.
 *
 * Once Graph throttles, nothing more is sent until its time has passed: every request counts against us meanwhile.
 */
export function sender({ client, batchesInFlight, counters }: SenderOptions): Send {
  const waiting: Waiting[] = []
  let inFlight = 0
  let scheduled = false
  let resumeAtMs = 0

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // After the microtasks, so that all conversations that an answer woke have put their next request in.
    setImmediate(() => {
      scheduled = false
      while (waiting.length > 0 && inFlight < batchesInFlight) void send(waiting.splice(0, requestsPerBatch))
    })
  }

  async function send(batch: readonly Waiting[]): Promise<void> {
    const pauseMs = resumeAtMs - Date.now()
    if (pauseMs > 0) return reject(batch, throttled(pauseMs))

    inFlight += 1
    count(batch)
    try {
      deliver(
        batch,
        await sendBatch(
          client,
          batch.map(({ request }) => request)
        )
      )
    } catch (error) {
      fail(batch, error)
    }
    inFlight -= 1
    schedule()
  }

  function deliver(batch: readonly Waiting[], answers: readonly Answer[]): void {
    for (const [position, answer] of answers.entries()) {
      if (answer.status === 429) pauseFor(retryAfterMsOf(answer))
      batch[position]?.resolve(answer)
    }
  }

  function fail(batch: readonly Waiting[], error: unknown): void {
    if (error instanceof ThrottledError) pauseFor(error.retryAfterMs)
    // A wrong secret or certificate is wrong for everything that waits.
    reject(error instanceof SetupError ? [...batch, ...waiting.splice(0)] : batch, error)
  }

  function pauseFor(pauseMs: number): void {
    resumeAtMs = Math.max(resumeAtMs, Date.now() + pauseMs)
  }

  function count(batch: readonly Waiting[]): void {
    const reads = batch.filter(({ request }) => request.method === 'GET').length
    counters.requests += 1
    counters.batches += 1
    counters.reads += reads
    counters.writes += batch.length - reads
  }

  return request =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject })
      schedule()
    })
}

function reject(batch: readonly Waiting[], error: unknown): void {
  for (const each of batch) each.reject(error)
}

function throttled(pauseMs: number): ThrottledError {
  return new ThrottledError('Graph has asked us to slow down; the request was not sent yet.', pauseMs)
}
