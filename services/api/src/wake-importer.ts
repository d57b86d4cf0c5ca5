import { queues as definitions, type Run } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { FastifyBaseLogger } from 'fastify'
import { unlessQueueIsAway } from './unless-queue-is-away.ts'

/** The run is a row already: without Redis the importer finds it a little later. */
export async function wakeImporter(
  queues: Queues,
  { connector, id: runId }: Run,
  log: FastifyBaseLogger
): Promise<void> {
  const sentence = 'The importer could not be woken and will find the run by itself.'
  await unlessQueueIsAway(log, { facts: { runId }, sentence }, () =>
    queues.publish(definitions.importRequested, { connector, runId }, { partition: connector })
  )
}
