import { type MessageOf, PermanentError, type QueueDefinition, ThrottledError } from '@opendirsync/contracts'
import { type Context, context, ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api'
import { type Job, type Telemetry, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { assertMessage } from './messages.ts'
import { prefix } from './names.ts'
import { oncePer, type QueueLog } from './queue-log.ts'
import { HandlerStoppedError, isWaitedFor, retryDelayMs, toQueueError } from './retry.ts'
import { activeSpan } from './telemetry.ts'
import { within } from './within.ts'

export interface Delivery {
  /** Aborted when the consumer is being closed: finish what is begun, begin nothing. */
  readonly signal: AbortSignal
  /** 1 for the first. */
  readonly attempt: number
  /** The name that it was published under, if it was: no second one comes before this one has ended. */
  readonly once: string | undefined
}

/** Handles one message and returns one word for the log. It must survive being run twice. */
export type Handler<Message> = (message: Message, delivery: Delivery) => Promise<string>

export interface ConsumerOptions<Definition extends QueueDefinition> {
  readonly name: string
  readonly definition: Definition
  readonly concurrency: number
  readonly connection: Redis
  readonly telemetry: Telemetry<Context>
  readonly log: QueueLog
  readonly pauseQueue: (durationMs: number) => Promise<void>
  readonly handler: Handler<MessageOf<Definition>>
}

// A consumer that dies by kill -9 holds its messages for lockDurationMs and, at most, one check more.
const lockDurationMs = 6_000
const stalledCheckMs = 3_000
// BullMQ looks at a queue's pause (`ThrottledError`) only where there is a limit; this one is never reached.
const unlimited = { max: 1_000_000, duration: 1_000 }
const handlersTimeoutMs = 20_000
const closeTimeoutMs = 5_000
const sayAgainMs = 60_000

/** Starts to consume. Disposing waits for the messages in hand, for 20 seconds at most. */
export function startConsumer<Definition extends QueueDefinition>(
  options: ConsumerOptions<Definition>
): AsyncDisposable {
  const { name, connection, telemetry, concurrency, log } = options
  const stopping = new AbortController()
  const isNews = oncePer(sayAgainMs)
  const inHand = new Set<Promise<string>>()

  function take(job: Job<unknown, string>): Promise<string> {
    const handling = handle(job, options, { stopping: stopping.signal, isNews })
    inHand.add(handling)
    return handling.finally(() => inHand.delete(handling))
  }

  const worker = context.with(
    ROOT_CONTEXT,
    () =>
      new Worker<unknown, string>(name, take, {
        prefix,
        connection,
        telemetry,
        concurrency,
        limiter: unlimited,
        lockDuration: lockDurationMs,
        stalledInterval: stalledCheckMs,
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        runRetryDelay: 1_000,
        settings: { backoffStrategy: (attemptsMade, _type, error) => retryDelayMs(attemptsMade, error) }
      })
  )
  worker.on('error', error => reportWorkerError(error, name, log, isNews))
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new HandlerStoppedError(`The consumer of ${name} is being closed.`))
      if (connection.status === 'ready') return within(handlersTimeoutMs, worker.close())
      // Without Redis an orderly end would wait for it; what is in hand is then handed out again later.
      await within(handlersTimeoutMs, Promise.allSettled(inHand))
      await within(closeTimeoutMs, worker.close(true))
    }
  }
}

interface Surroundings {
  readonly stopping: AbortSignal
  readonly isNews: (text: string) => boolean
}

async function handle<Definition extends QueueDefinition>(
  job: Job<unknown, string>,
  { name, definition, handler, log, pauseQueue }: ConsumerOptions<Definition>,
  { stopping, isNews }: Surroundings
): Promise<string> {
  const startedAt = performance.now()
  const fields = { queue: name, message: job.id, ...runOf(job.data) }
  const attempt = job.attemptsMade + 1
  try {
    assertMessage(definition, job.data)
    const once = job.deduplicationId?.replace(/-\d+$/, '')
    const outcome = await handler(job.data, { signal: stopping, attempt, once })
    log.info({ ...fields, outcome, durationMs: Math.round(performance.now() - startedAt) }, 'handled')
    return outcome
  } catch (error) {
    if (stopping.aborted) throw new HandlerStoppedError(`The consumer of ${name} is being closed.`)
    activeSpan()?.setStatus({ code: SpanStatusCode.ERROR })
    reportHandlerError(error, { ...fields, attempt }, log, isNews)
    throw await toQueueError(error, pauseQueue)
  }
}

function reportHandlerError(
  error: unknown,
  fields: object,
  log: QueueLog,
  isNews: (text: string) => boolean
): void {
  if (error instanceof ThrottledError) {
    if (isNews(error.message)) log.info({ ...fields, retryAfterMs: error.retryAfterMs }, error.message)
  } else if (isWaitedFor(error)) {
    if (isNews(error.message)) log.warn(fields, error.message)
  } else if (error instanceof PermanentError) log.error(fields, error.message)
  else log.error({ ...fields, err: error }, 'a message could not be handled')
}

/** What goes wrong beside the handlers. The connection tells of outages itself. */
function reportWorkerError(
  error: Error,
  queue: string,
  log: QueueLog,
  isNews: (text: string) => boolean
): void {
  if (isOutage(error)) return
  // Redis was emptied, or another consumer took over: the rows still say what is pending.
  if (/missing (lock|key)|could not renew lock/i.test(error.message)) {
    if (isNews('lost'))
      log.debug({ queue }, 'a message was lost while it was handled; its work is done or swept up')
    return
  }
  if (isNews(error.message)) log.warn({ queue, err: error }, 'the queue is not well')
}

function isOutage(error: Error): boolean {
  // BullMQ's own errors have numbers for codes.
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && code.startsWith('E')) return true
  return /connection is closed|ECONN|ENOTFOUND|max retries/i.test(error.message)
}

function runOf(data: unknown): { runId?: string } {
  if (typeof data !== 'object' || data === null || !('runId' in data)) return {}
  return typeof data.runId === 'string' ? { runId: data.runId } : {}
}
