import { randomUUID } from 'node:crypto'
import type { MessageOf, QueueDefinition } from '@opendirsync/contracts'
import { Queue } from 'bullmq'
import { connectForCommands, connectForWorkers, redisFault } from './connection.ts'
import { type Handler, startConsumer } from './consumer.ts'
import { assertMessage } from './messages.ts'
import { prefix, queueName } from './names.ts'
import type { QueueLog } from './queue-log.ts'
import { jobOptions } from './retry.ts'
import { type ScheduleOptions, startSchedule } from './schedule.ts'
import { type SweepOptions, startSweep } from './sweep.ts'
import { queueTelemetry } from './telemetry.ts'

export interface QueuesOptions {
  readonly redisUrl: string
  readonly log: QueueLog
  /** The tracer that the spans of messages belong to. */
  readonly telemetryName?: string
}

export interface PublishOptions {
  readonly partition?: string
  /** Of each place in the list, only one message under this name waits or is tried again; others are dropped. */
  readonly once?: string
  /** How long the message waits before it is handed out. */
  readonly delayMs?: number
}

export interface ConsumeOptions {
  readonly concurrency: number
  readonly partition?: string
  readonly log?: QueueLog
}

/** Wake-ups between services. Whatever is lost here is found again in the rows by `sweep`. */
export interface Queues extends AsyncDisposable {
  /**
   * @throws PermanentError when the message is not of its schema
   * @throws UnavailableError when Redis does not answer within some seconds
   */
  publish<Definition extends QueueDefinition>(
    definition: Definition,
    message: MessageOf<Definition>,
    options?: PublishOptions
  ): Promise<void>
  /** All of them in one round trip; none when the list is empty. Throws as `publish` does. */
  publishAll<Definition extends QueueDefinition>(
    definition: Definition,
    messages: readonly MessageOf<Definition>[],
    options?: PublishOptions
  ): Promise<void>
  /** Hands every message to `handler`, `concurrency` at a time, until it is disposed. */
  consume<Definition extends QueueDefinition>(
    definition: Definition,
    options: ConsumeOptions,
    handler: Handler<MessageOf<Definition>>
  ): AsyncDisposable
  /** Messages that wait or are in hand; those that wait to be tried again later are not among them. */
  depth(definition: QueueDefinition, partition?: string): Promise<number>
  /** Runs something once in each period, across all processes that schedule the same name. */
  schedule(options: ScheduleOptions): AsyncDisposable
  /** Publishes, while the queue is idle, whatever the rows still show as pending. */
  sweep<Definition extends QueueDefinition>(
    definition: Definition,
    options: SweepOptions<MessageOf<Definition>>
  ): AsyncDisposable
  /** @throws UnavailableError, SetupError */
  ping(): Promise<void>
}

/** Opens the connections to Redis. It does not wait for them: `ping` tells whether Redis is there. */
export function connectQueues({ redisUrl, log, telemetryName = 'opendirsync' }: QueuesOptions): Queues {
  const commands = connectForCommands(redisUrl, log)
  const workers = connectForWorkers(redisUrl)
  const telemetry = queueTelemetry(telemetryName)
  const open = new Map<string, Queue<unknown, string>>()

  function queueOf(name: string): Queue<unknown, string> {
    const known = open.get(name)
    if (known !== undefined) return known
    const queue = new Queue<unknown, string>(name, {
      prefix,
      telemetry,
      connection: commands,
      defaultJobOptions: jobOptions,
      // Both would make the first use wait for Redis for ever, or fail for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true
    })
    queue.on('error', () => {})
    open.set(name, queue)
    return queue
  }

  const queues: Queues = {
    publish: (definition, message, options) => queues.publishAll(definition, [message], options),

    async publishAll(definition, messages, { partition, once, delayMs } = {}) {
      for (const message of messages) assertMessage(definition, message)
      if (messages.length === 0) return
      const name = queueName(definition, partition)
      // Own ids, because Redis would count from 1 again after it was emptied, and meet ids still in hand.
      const jobs = messages.map((data, place) => ({
        name,
        data,
        opts: {
          jobId: randomUUID(),
          ...(delayMs !== undefined && { delay: delayMs }),
          ...(once !== undefined && { deduplication: { id: `${once}-${place}` } })
        }
      }))
      await orFault(queueOf(name).addBulk(jobs))
    },

    consume(definition, { concurrency, partition, log: ownLog = log }, handler) {
      const name = queueName(definition, partition)
      return startConsumer({
        name,
        definition,
        concurrency,
        connection: workers,
        telemetry,
        log: ownLog,
        pauseQueue: durationMs => orFault(queueOf(name).rateLimit(durationMs)),
        handler
      })
    },

    async depth(definition, partition) {
      const queue = queueOf(queueName(definition, partition))
      return orFault(queue.getJobCountByTypes('waiting', 'active', 'prioritized'))
    },

    schedule: options => startSchedule(options, { commands, workers, log }),
    sweep: (definition, options) => startSweep(definition, options, { queues, commands, log }),

    async ping() {
      await orFault(commands.ping())
    },

    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...open.values()].map(queue => queue.close()))
      commands.disconnect()
      workers.disconnect()
    }
  }
  return queues
}

async function orFault<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer
  } catch (error) {
    throw redisFault(error)
  }
}
