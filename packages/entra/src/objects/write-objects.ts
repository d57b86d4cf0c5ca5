import { conflictCodes, type PendingExport, type WriteOutcome } from '@opendirsync/contracts'
import { writeWithOnPremises } from '../on-premises/write-with-on-premises.ts'
import { settleAll } from '../settle.ts'
import type { ObjectContext } from './object-context.ts'

/**
 * Deletes first, then everything else. What met a conflict is tried once more after all others: by then the name
 * that it wants may be free, because another object has just left it.
 */
export async function writeObjects(
  pending: readonly PendingExport[],
  context: ObjectContext
): Promise<Map<string, WriteOutcome>> {
  const outcomes = new Map<string, WriteOutcome>()
  const write = (batch: readonly PendingExport[]): Promise<void> =>
    settleAll(
      batch,
      async each => {
        outcomes.set(each.entryId, await writeWithOnPremises(each, context))
      },
      (each, outcome) => outcomes.set(each.entryId, outcome)
    )

  await write(pending.filter(({ desiredPresent }) => !desiredPresent))
  const present = pending.filter(({ desiredPresent }) => desiredPresent)
  await write(present)

  const conflicting = present.filter(({ entryId }) => isConflict(outcomes.get(entryId)))
  if (conflicting.length > 0 && [...outcomes.values()].some(isChange)) await write(conflicting)
  return outcomes
}

function isConflict(outcome: WriteOutcome | undefined): boolean {
  return outcome?.result === 'refused' && conflictCodes.includes(outcome.problem.code)
}

/** True for what may have freed a name. */
function isChange(outcome: WriteOutcome): boolean {
  return outcome.result === 'written' && ['adopt', 'update', 'restore'].includes(outcome.operation)
}
