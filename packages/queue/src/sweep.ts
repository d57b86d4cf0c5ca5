import type { MessageOf, QueueDefinition } from '@opendirsync/contracts'
import type { Redis } from 'ioredis'
import { prefix, queueName, sweepName } from './names.ts'
import { oncePer, type QueueLog } from './queue-log.ts'
import type { Queues } from './queues.ts'
import { repeat } from './repeat.ts'

export interface SweepOptions<Message> {
  readonly everyMs: number
  readonly partition?: string
  /** Messages for what the rows still show as pending. An empty list ends the sweep. */
  readonly pending: () => Promise<readonly Message[]>
}

interface Surroundings {
  readonly queues: Queues
  readonly commands: Redis
  readonly log: QueueLog
}

/**
 * Looks, once a period across all processes, whether the queue is idle while rows say that work is pending:
 * then messages were lost (Redis was emptied, a process died between commit and publish), and it publishes
 * them again. The first look is at once.
 */
export function startSweep<Definition extends QueueDefinition>(
  definition: Definition,
  { everyMs, partition, pending }: SweepOptions<MessageOf<Definition>>,
  { queues, commands, log }: Surroundings
): AsyncDisposable {
  const name = queueName(definition, partition)
  const turn = `${prefix}:sweep:${name}`
  const isNews = oncePer(60_000)

  return repeat(everyMs, async () => {
    try {
      // A little shorter than the period, so that the timer that comes next finds the turn free.
      const isOurs = await commands.set(turn, '1', 'PX', Math.max(1, Math.floor(everyMs * 0.8)), 'NX')
      if (isOurs === null || (await queues.depth(definition, partition)) > 0) return
      const messages = await pending()
      if (messages.length === 0) return
      // Under a name: while a sweep's messages are tried again and again, the next sweep adds none.
      await queues.publishAll(definition, messages, {
        once: sweepName,
        ...(partition !== undefined && { partition })
      })
      log.info({ queue: name, messages: messages.length }, 'pending work was published again')
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (isNews(text)) log.warn({ queue: name }, `The sweep will be tried again: ${text}`)
    }
  })
}
