import { queues as definitions } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { FastifyBaseLogger } from 'fastify'
import { unlessQueueIsAway } from './unless-queue-is-away.ts'

/** More than so many are no single change any more. */
const mostSingle = 200

/** The rows say that these are to be written: what is not published here, the exporter finds by its sweep. */
export async function publishReopened(
  queues: Queues,
  entryIds: readonly string[],
  log: FastifyBaseLogger
): Promise<void> {
  const sentence = 'The exporter could not be woken and will find the objects by itself.'
  const partition = entryIds.length > mostSingle ? 'bulk' : 'single'
  await unlessQueueIsAway(log, { facts: { objects: entryIds.length }, sentence }, () =>
    queues.publishAll(
      definitions.exportPending,
      messagesOf(entryIds, some => ({ entryIds: some })),
      { partition }
    )
  )
}
