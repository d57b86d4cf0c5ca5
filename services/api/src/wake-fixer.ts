import { queues as definitions } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { FixRun } from '@opendirsync/store'
import type { FastifyBaseLogger } from 'fastify'
import { unlessQueueIsAway } from './unless-queue-is-away.ts'

/** The run of fixes is a row already: without Redis the importer finds it a little later. */
export async function wakeFixer(
  queues: Queues,
  { connector, id: fixRunId }: FixRun,
  log: FastifyBaseLogger
): Promise<void> {
  const sentence = 'The importer could not be woken and will find the fixes by itself.'
  await unlessQueueIsAway(log, { facts: { fixRunId }, sentence }, () =>
    queues.publish(definitions.fixesRequested, { connector, fixRunId }, { partition: connector })
  )
}
