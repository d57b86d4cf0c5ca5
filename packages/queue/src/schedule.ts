import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { prefix } from './names.ts'
import { oncePer, type QueueLog } from './queue-log.ts'
import { repeat } from './repeat.ts'
import { within } from './within.ts'

export interface ScheduleOptions {
  /** Kebab-case. Processes that schedule the same name share its runs. */
  readonly name: string
  readonly everyMs: number
  /** A run that fails is logged, and is made again in the next period. Runs longer than a period may overlap. */
  readonly run: (delivery: { readonly signal: AbortSignal }) => Promise<void>
}

interface Surroundings {
  readonly commands: Redis
  readonly workers: Redis
  readonly log: QueueLog
}

const longestReassertMs = 30_000
const closeTimeoutMs = 5_000

/** The schedule rests in Redis; a local timer looks whether it is still there and sets it up again. */
export function startSchedule(
  { name, everyMs, run }: ScheduleOptions,
  { commands, workers, log }: Surroundings
): AsyncDisposable {
  const queueName = `schedule.${name}`
  const stopping = new AbortController()
  const isNews = oncePer(60_000)
  const queue = new Queue<unknown, string>(queueName, {
    prefix,
    connection: commands,
    skipWaitingForReady: true,
    skipVersionCheck: true
  })
  queue.on('error', () => {})

  const worker = context.with(
    ROOT_CONTEXT,
    () =>
      new Worker<unknown, string>(
        queueName,
        async () => {
          try {
            await run({ signal: stopping.signal })
          } catch (error) {
            const text = error instanceof Error ? error.message : String(error)
            if (!stopping.signal.aborted && isNews(text)) log.warn({ schedule: name, err: error }, text)
          }
          return 'run'
        },
        {
          prefix,
          connection: workers,
          lockDuration: 6_000,
          stalledInterval: 3_000,
          maxStalledCount: Number.MAX_SAFE_INTEGER,
          runRetryDelay: 1_000
        }
      )
  )
  worker.on('error', () => {})

  const reassert = repeat(Math.min(everyMs, longestReassertMs), async () => {
    // Setting it up again while it is there would move its next run.
    const known = await queue.getJobScheduler(name)
    const isAlive = known?.every === everyMs && (known.next ?? 0) > Date.now() - 2 * everyMs
    if (isAlive) return
    await queue.upsertJobScheduler(
      name,
      { every: everyMs },
      { name, opts: { removeOnComplete: true, removeOnFail: true } }
    )
  })

  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await reassert[Symbol.asyncDispose]()
      await within(closeTimeoutMs, worker.close(workers.status !== 'ready'))
      await within(closeTimeoutMs, queue.close())
    }
  }
}
