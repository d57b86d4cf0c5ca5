import {
  type Problem,
  queues as queueList,
  type StagedObject,
  UnavailableError
} from '@opendirsync/contracts'
import { messagesOf, type Queues } from '@opendirsync/queue'
import { synchronise } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import type { Decision, Store, SynchronisationInput, SynchronisationResult } from '@opendirsync/store'

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
      const { synchronised, exportable } = await allOrEach(
        { connector, objectGuids, decide: staged => decide(staged, log), ...run },
        { store, log }
      )
      const messages = messagesOf(exportable, entryIds => ({ entryIds, ...run }))
      await queues.publishAll(queueList.exportPending, messages)
      return synchronised === 0 ? 'nothing new' : 'synchronised'
    }
  )
}

/**
 * All objects in one transaction. When that fails for a reason that nobody foresaw, each by itself, so that the one
 * which fails is set aside with a problem and the others go on.
 *
 * @throws UnavailableError
 */
async function allOrEach(
  input: SynchronisationInput,
  { store, log }: Pick<Deps, 'store' | 'log'>
): Promise<SynchronisationResult> {
  try {
    return await store.metaverse.synchronise(input)
  } catch (error) {
    if (error instanceof UnavailableError) throw error
    log.error(
      { err: error },
      'a message could not be synchronised as a whole; its objects are taken one by one'
    )
  }
  const results: SynchronisationResult[] = []
  for (const objectGuid of input.objectGuids) {
    results.push(await oneByItself({ ...input, objectGuids: [objectGuid] }, { store, log }))
  }
  return {
    synchronised: results.reduce((sum, result) => sum + result.synchronised, 0),
    exportable: results.flatMap(result => result.exportable)
  }
}

/** @throws UnavailableError */
async function oneByItself(
  one: SynchronisationInput,
  { store, log }: Pick<Deps, 'store' | 'log'>
): Promise<SynchronisationResult> {
  const decisions = [one.decide, (): Decision => ({ outcome: 'failed', problem: ruleFailed })]
  for (const decide of decisions) {
    try {
      return await store.metaverse.synchronise({ ...one, decide })
    } catch (error) {
      if (error instanceof UnavailableError) throw error
      log.error(
        { err: error, objectGuids: one.objectGuids },
        'an object could not be synchronised and stays as it is'
      )
    }
  }
  // Not even its problem could be written down: it stays pending, and the log is where it is told.
  return { synchronised: 0, exportable: [] }
}

const ruleFailed: Problem = {
  code: 'rule-failed',
  message:
    'The rules failed at this object, which stays as it is. The log of transform has the fault; please report it.'
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
    return { outcome: 'failed', problem: ruleFailed }
  }
}
