import type { QueueDefinition } from '@opendirsync/contracts'

/** The beginning of every key in Redis. */
export const prefix = 'opendirsync'

/** The name that the messages of sweeps are published under. What they leave over, the next sweep finds. */
export const sweepName = 'sweep'

/** A partition is a queue of its own: only who consumes this partition sees its messages. */
export function queueName({ name }: QueueDefinition, partition?: string): string {
  // BullMQ builds its keys with colons and refuses them in names.
  return partition === undefined ? name : `${name}.${partition.replaceAll(':', '_')}`
}
