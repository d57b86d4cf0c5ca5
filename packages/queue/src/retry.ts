import { PermanentError, SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import { type JobsOptions, UnrecoverableError, Worker } from 'bullmq'

/** How often a message is tried whose handler fails for a reason that nobody foresaw. */
const attemptsAtUnknownFaults = 5
const firstDelayMs = 500
const longestDelayMs = 5_000
const giveUp = -1

/** A handler ended because its consumer is being closed. Another consumer takes the message at once. */
export class HandlerStoppedError extends Error {
  override readonly name = 'HandlerStoppedError'
}

/** What BullMQ is told about every message: `retryDelayMs` decides how often and when, and history is short. */
export const jobOptions: JobsOptions = {
  attempts: Number.MAX_SAFE_INTEGER,
  backoff: { type: 'by-error' },
  removeOnComplete: true,
  removeOnFail: { count: 1_000, age: 24 * 3_600 }
}

/**
 * The one place where the errors of the house become BullMQ's.
 * - `ThrottledError`: the whole queue waits and no attempt is spent.
 * - `PermanentError`: the message is given up.
 * - everything else: retried after `retryDelayMs`.
 */
export async function toQueueError(
  error: unknown,
  pauseQueue: (durationMs: number) => Promise<void>
): Promise<Error> {
  if (error instanceof ThrottledError) {
    await pauseQueue(Math.max(1, Math.ceil(error.retryAfterMs)))
    return Worker.RateLimitError()
  }
  if (error instanceof PermanentError) return new UnrecoverableError(error.message)
  return error instanceof Error ? error : new Error(String(error))
}

/** How long a message waits before it is tried again; `-1` gives it up. */
export function retryDelayMs(attemptsMade: number, error: Error | undefined): number {
  if (error instanceof HandlerStoppedError) return 0
  if (!isWaitedFor(error) && attemptsMade >= attemptsAtUnknownFaults) return giveUp
  const whole = Math.min(firstDelayMs * 2 ** (attemptsMade - 1), longestDelayMs)
  return Math.round(whole / 2 + (Math.random() * whole) / 2)
}

/** Something outside must get better; until then trying again is all there is to do. */
export function isWaitedFor(error: unknown): error is UnavailableError | SetupError {
  return error instanceof UnavailableError || error instanceof SetupError
}
