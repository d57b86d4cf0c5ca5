import { SetupError, type WriteOutcome } from '@opendirsync/contracts'
import { outcomeOfError } from './errors.ts'
import { exportProblem } from './export-problem.ts'

/**
 * Runs all writes side by side and waits for every one. What can be waited out becomes `later`; any other fault is that
 * of the one item, and holds up none of the rest.
 * @throws SetupError, which is about all, after all have ended; what was written by then is found again by the next
 *   attempt
 */
export async function settleAll<Item>(
  items: readonly Item[],
  write: (item: Item) => Promise<void>,
  postpone: (item: Item, outcome: WriteOutcome) => void
): Promise<void> {
  const fatal: unknown[] = []
  await Promise.all(
    items.map(async item => {
      try {
        await write(item)
      } catch (error) {
        if (error instanceof SetupError) fatal.push(error)
        else postpone(item, outcomeOfError(error) ?? faultOf(error))
      }
    })
  )
  if (fatal.length > 0) throw fatal[0]
}

function faultOf(error: unknown): WriteOutcome {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return {
    result: 'refused',
    problem: exportProblem({
      code: 'exporter-fault',
      message: `The exporter failed at this object (${words}). Report it; the write is tried again.`
    })
  }
}
