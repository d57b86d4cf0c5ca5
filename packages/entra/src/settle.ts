import type { WriteOutcome } from '@opendirsync/contracts'
import { outcomeOfError } from './errors.ts'

/**
 * Runs all writes side by side and waits for every one. What can be waited out becomes `later`.
 * @throws the first error that cannot (SetupError, PermanentError), after all have ended; what was written by then
 *   is found again by the next attempt
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
        const outcome = outcomeOfError(error)
        if (outcome === undefined) fatal.push(error)
        else postpone(item, outcome)
      }
    })
  )
  if (fatal.length > 0) throw fatal[0]
}
