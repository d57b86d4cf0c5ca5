import { queues as queueList } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import type { ReadinessChecks } from './current-checks.ts'
import { publishStaged } from './publish-staged.ts'
import { type Synchroniser, synchroniseMessage } from './synchronise-message.ts'

interface Deps extends Synchroniser {
  readonly queues: Queues
  readonly checks: ReadinessChecks
  readonly concurrency: number
}

/**
 * One message: read the newest state of its objects, apply the rules, write metaverse and pending exports.
 * Dying between commit and publish leaves pending rows, which the sweep of export finds.
 */
export function consumeObjectStaged({ queues, checks, concurrency, ...parts }: Deps): AsyncDisposable {
  return queues.consume(
    queueList.objectStaged,
    { concurrency },
    async ({ connector, objectGuids, runId }) => {
      const run = runId === undefined ? {} : { runId }
      const { inspector } = await checks.newest()
      const { synchronised, exportable, woken } = await synchroniseMessage(
        { connector, objectGuids, inspector, ...run },
        parts
      )
      const messages = messagesOf(exportable, entryIds => ({ entryIds, ...run }))
      await queues.publishAll(queueList.exportPending, messages)
      await publishStaged(queues, woken, run)
      return synchronised === 0 ? 'nothing new' : 'synchronised'
    }
  )
}
