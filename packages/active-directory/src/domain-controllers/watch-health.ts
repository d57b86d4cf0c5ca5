import { setTimeout as delay } from 'node:timers/promises'
import { UnavailableError } from '@opendirsync/contracts'

/** The part of a DirectoryConnection that is needed here. */
export interface Pingable {
  /** For messages. */
  readonly server: string
  /** Whether an operation that will end is under way. */
  readonly pending: boolean
  /** @throws UnavailableError when there is no answer in time, or the connection is lost */
  ping(timeoutMs: number): Promise<void>
}

export interface HealthOptions {
  /** From one look to the next; default 5,000. */
  readonly everyMs?: number
  /** What a controller may take for next to nothing; default 5,000. */
  readonly answerWithinMs?: number
  /** Ends the watch. */
  readonly signal: AbortSignal
}

/**
 * Looks now and then whether a controller still answers, which a connection that waits for a change notification would
 * never learn by itself. While another operation is under way nothing is asked: a long search may hold up the answer, and
 * it has a time limit of its own.
 *
 * Resolves when the signal is aborted.
 * @throws UnavailableError when the controller is too slow or gone: put it aside (`DomainControllers.leave`), and connect
 *   again
 */
export async function watchHealth(
  connection: Pingable,
  { everyMs = 5_000, answerWithinMs = 5_000, signal }: HealthOptions
): Promise<void> {
  for (;;) {
    await delay(everyMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    if (connection.pending) continue
    const askedAt = performance.now()
    try {
      await connection.ping(answerWithinMs)
    } catch (error) {
      if (signal.aborted) return
      if (performance.now() - askedAt < answerWithinMs) throw error
      throw new UnavailableError(
        'active-directory',
        `${connection.server} is slow: no answer to a question for nothing within ${answerWithinMs} ms. ` +
          'Another controller will be used.',
        { cause: error }
      )
    }
  }
}
