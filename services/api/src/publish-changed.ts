import { queues as definitions } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { Store } from '@opendirsync/store'
import type { FastifyBaseLogger } from 'fastify'
import { unlessQueueIsAway } from './unless-queue-is-away.ts'

interface Parts {
  readonly store: Pick<Store, 'scopes'>
  readonly queues: Queues
  readonly log: FastifyBaseLogger
}

/** The rows say what changed sides: what is not published here, the sweep of the import service publishes. */
export async function publishChanged(
  { store, queues, log }: Parts,
  applied: { readonly connector: string; readonly appliedAt: string }
): Promise<void> {
  const { connector } = applied
  const sentence = 'The objects that changed sides could not be published and are found a little later.'
  await unlessQueueIsAway(log, { facts: { connector }, sentence }, () =>
    store.scopes.visitChanged(applied, guids =>
      queues.publishAll(
        definitions.objectStaged,
        messagesOf(guids, objectGuids => ({ connector, objectGuids }))
      )
    )
  )
}
