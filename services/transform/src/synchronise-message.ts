import {
  type Problem,
  type Rules,
  SetupError,
  type StagedObject,
  UnavailableError
} from '@opendirsync/contracts'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { Logger } from '@opendirsync/runtime'
import {
  RulesChangedError,
  type Store,
  type SynchronisationInput,
  type SynchronisationResult
} from '@opendirsync/store'

export interface Synchroniser {
  readonly store: Pick<Store, 'metaverse'>
  readonly log: Logger
  /** The rules in force. */
  readonly rules: () => Promise<RulesOfRevision>
}

type Message = Omit<SynchronisationInput, 'rules' | 'rulesRevision'>

const ruleFailed: Problem = {
  code: 'rule-failed',
  message:
    'The rules failed at this object, which stays as it is. The log of transform has the fault; please report it.'
}

/**
 * All objects in one transaction. When that fails for a reason that nobody foresaw, each by itself, so that the one
 * which fails is set aside with a problem and the others go on.
 *
 * @throws UnavailableError; SetupError `rules-invalid`
 */
export async function synchroniseMessage(
  message: Message,
  parts: Synchroniser
): Promise<SynchronisationResult> {
  try {
    return await withRulesInForce(message, parts, rules => guarded(rules, parts.log))
  } catch (error) {
    if (isToBeWaitedFor(error)) throw error
    parts.log.error(
      { err: error },
      'a message could not be synchronised as a whole; its objects are taken one by one'
    )
  }
  const results: SynchronisationResult[] = []
  for (const objectGuid of message.objectGuids) {
    results.push(await oneByItself({ ...message, objectGuids: [objectGuid] }, parts))
  }
  return {
    synchronised: results.reduce((sum, result) => sum + result.synchronised, 0),
    exportable: results.flatMap(result => result.exportable),
    urgent: results.flatMap(result => result.urgent),
    woken: results.flatMap(result => result.woken)
  }
}

/** @throws UnavailableError; SetupError */
async function oneByItself(one: Message, parts: Synchroniser): Promise<SynchronisationResult> {
  const ways = [
    (rules: Rules) => guarded(rules, parts.log),
    (rules: Rules): Rules => ({ ...rules, judge: () => ({ outcome: 'failed', problem: ruleFailed }) })
  ]
  for (const way of ways) {
    try {
      return await withRulesInForce(one, parts, way)
    } catch (error) {
      if (isToBeWaitedFor(error)) throw error
      parts.log.error(
        { err: error, objectGuids: one.objectGuids },
        'an object could not be synchronised and stays as it is'
      )
    }
  }
  // Not even its problem could be written down: it stays pending, and the log is where it is told.
  return { synchronised: 0, exportable: [], urgent: [], woken: [] }
}

/** Once more when other rules were put in force between reading them and the transaction. */
async function withRulesInForce(
  message: Message,
  { store, rules: inForce }: Synchroniser,
  way: (rules: Rules) => Rules
): Promise<SynchronisationResult> {
  for (;;) {
    const { rules, revision } = await inForce()
    try {
      return await store.metaverse.synchronise({ ...message, rules: way(rules), rulesRevision: revision })
    } catch (error) {
      if (!(error instanceof RulesChangedError)) throw error
    }
  }
}

function isToBeWaitedFor(error: unknown): boolean {
  return error instanceof UnavailableError || error instanceof SetupError
}

/** One object at which a rule throws must not hold up the others of its message. */
function guarded(rules: Rules, log: Logger): Rules {
  return {
    judge(staged: StagedObject) {
      try {
        return rules.judge(staged)
      } catch (error) {
        log.error(
          { err: error, objectGuid: staged.objectGuid },
          'a rule failed at an object, which stays as it is'
        )
        return { outcome: 'failed', problem: ruleFailed }
      }
    },
    project: (contributors, anchor) => rules.project(contributors, anchor)
  }
}
