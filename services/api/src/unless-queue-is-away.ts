import { SetupError, UnavailableError } from '@opendirsync/contracts'
import type { FastifyBaseLogger } from 'fastify'

/**
 * Tells the queue what the rows say already. Without Redis nothing is lost: whoever is to be told looks at the rows a
 * little later. So it is said in the log, and the request goes on.
 *
 * @param missed what could not be told, as a sentence
 */
export async function unlessQueueIsAway(
  log: FastifyBaseLogger,
  missed: { readonly facts: object; readonly sentence: string },
  tell: () => Promise<void>
): Promise<void> {
  try {
    await tell()
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof SetupError)) throw error
    log.warn(missed.facts, `${missed.sentence} ${error.message}`)
  }
}
