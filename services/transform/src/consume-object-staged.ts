import { queues as queueList } from '@opendirsync/contracts'
import type { Queues } from '@opendirsync/queue'
import type { ReadinessChecks } from './current-checks.ts'
import { publishExports } from './publish-exports.ts'
import { publishStaged } from './publish-staged.ts'
import { type Synchroniser, synchroniseMessage } from './synchronise-message.ts'

interface Deps extends Synchroniser {
  readonly queues: Queues
  readonly checks: ReadinessChecks
  readonly concurrency: number
}

/** A message of more objects comes from an import of many, whose writes may wait for those of a few. */
const mostOfSingle = 20

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
      const { woken, ...result } = await synchroniseMessage(
        { connector, objectGuids, inspector, ...run },
        parts
      )
      await publishExports(queues, { ...result, isBulk: objectGuids.length > mostOfSingle, run })
      await publishStaged(queues, woken, run)
      return result.synchronised === 0 ? 'nothing new' : 'synchronised'
    }
  )
}
