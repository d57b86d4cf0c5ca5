import { queues as queueList, type StagedObject } from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import { synchronise } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import type { Decision, Store } from '@opendirsync/store'

interface Deps {
  readonly queues: Queues
  readonly store: Store
  readonly log: Logger
  readonly concurrency: number
}

/**
 * One message: read the newest state of its objects, apply the rules, write metaverse and pending exports.
 * Dying between commit and publish leaves pending rows, which the sweep of export finds.
 */
export function consumeObjectStaged({ queues, store, log, concurrency }: Deps): AsyncDisposable {
  return queues.consume(
    queueList.objectStaged,
    { concurrency },
    async ({ connector, objectGuids, runId }) => {
      const run = runId === undefined ? {} : { runId }
      const { synchronised, exportable } = await store.metaverse.synchronise({
        connector,
        objectGuids,
        decide: staged => decide(staged, log),
        ...run
      })
      const messages = messagesOf(exportable, entryIds => ({ entryIds, ...run }))
      await queues.publishAll(queueList.exportPending, messages)
      return synchronised === 0 ? 'nothing new' : 'synchronised'
    }
  )
}

/** One object at which a rule throws must not hold up the others of its message. */
function decide(staged: StagedObject, log: Logger): Decision {
  try {
    return synchronise(staged)
  } catch (error) {
    log.error(
      { err: error, objectGuid: staged.objectGuid },
      'a rule failed at an object, which stays as it is'
    )
    return {
      outcome: 'failed',
      problem: {
        code: 'rule-failed',
        message:
          'A rule failed at this object, which stays as it is. The log of transform has the fault; please report it.'
      }
    }
  }
}
