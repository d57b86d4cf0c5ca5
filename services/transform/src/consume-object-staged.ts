import { queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import { synchronise } from '@opendirsync/rules'
import type { Store } from '@opendirsync/store'

interface Deps {
  readonly queues: Queues
  readonly store: Store
  readonly concurrency: number
}

/**
 * One message: read the newest state of its objects, apply the rules, write metaverse and pending exports.
 * Dying between commit and publish leaves pending rows, which the sweep of export finds.
 */
export function consumeObjectStaged({ queues, store, concurrency }: Deps): AsyncDisposable {
  return queues.consume(
    queueList.objectStaged,
    { concurrency },
    async ({ connector, objectGuids, runId }) => {
      const run = runId === undefined ? {} : { runId }
      const { synchronised, exportable } = await store.metaverse.synchronise({
        connector,
        objectGuids,
        decide: synchronise,
        ...run
      })
      const messages = messagesOf(exportable, entryIds => ({ entryIds, ...run }))
      await queues.publishAll(queueList.exportPending, messages)
      return synchronised === 0 ? 'nothing new' : 'synchronised'
    }
  )
}
