import { queues as definitions, type Run, SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { FastifyBaseLogger } from 'fastify'

/** The run is a row already: without Redis the importer finds it a little later. */
export async function wakeImporter(
  queues: Queues,
  { connector, id }: Run,
  log: FastifyBaseLogger
): Promise<void> {
  try {
    await queues.publish(definitions.importRequested, { connector, runId: id }, { partition: connector })
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof SetupError)) throw error
    log.warn(
      { runId: id },
      `The importer could not be woken and will find the run by itself. ${error.message}`
    )
  }
}
