import { setTimeout as delay } from 'node:timers/promises'
import { SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import type { Health } from './health.ts'
import type { Logger } from './logger.ts'

export interface UntilReadyOptions {
  /** Ends the waiting: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal
  /** Is told while the thing is not ready. */
  readonly health?: Health
  readonly firstDelayMs?: number
  /** For outages. What a person must mend is tried more rarely: each try with a wrong password counts towards a lockout. */
  readonly longestDelayMs?: number
  /** How often a line that has been written is written again while nothing changes. */
  readonly sayAgainMs?: number
}

/**
 * Does `attempt` until it succeeds. While a system does not answer, or a person must change something, it
 * says so in one line (once for each distinct message, and again every minute), waits and tries again.
 * Any other error is thrown on at once.
 */
export async function untilReady<Result>(
  log: Logger,
  what: string,
  attempt: () => Promise<Result> | Result,
  options: UntilReadyOptions = {}
): Promise<Result> {
  const { signal, health, sayAgainMs = 60_000 } = options
  const said = new Map<string, number>()

  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted()
    try {
      const result = await attempt()
      health?.report(what, undefined)
      if (failures > 0) log.info({ what, failures }, `${what} is ready`)
      return result
    } catch (error) {
      if (!isWaitedFor(error)) throw error
      health?.report(what, error.message)
      if (isNews(said, error.message, sayAgainMs)) log.warn({ what, ...codeOf(error) }, error.message)
      await delay(delayMs(error, failures, options), undefined, signal === undefined ? {} : { signal })
    }
  }
}

const longestOutageDelayMs = 10_000
const longestSetupDelayMs = 60_000

/** Exponential, from `firstDelayMs` to `longestDelayMs`, between half of it and all of it at random. */
export function backoffMs(
  failures: number,
  firstDelayMs = 500,
  longestDelayMs = longestOutageDelayMs
): number {
  const whole = Math.min(firstDelayMs * 2 ** failures, longestDelayMs)
  return whole / 2 + (Math.random() * whole) / 2
}

type WaitedFor = SetupError | UnavailableError | ThrottledError

function isWaitedFor(error: unknown): error is WaitedFor {
  return error instanceof SetupError || error instanceof UnavailableError || error instanceof ThrottledError
}

function isNews(said: Map<string, number>, message: string, sayAgainMs: number): boolean {
  const now = performance.now()
  const before = said.get(message)
  if (before !== undefined && now - before < sayAgainMs) return false
  said.set(message, now)
  return true
}

function delayMs(error: WaitedFor, failures: number, options: UntilReadyOptions): number {
  if (error instanceof ThrottledError) return error.retryAfterMs
  const longestMs =
    options.longestDelayMs ?? (error instanceof SetupError ? longestSetupDelayMs : longestOutageDelayMs)
  return backoffMs(failures, options.firstDelayMs, longestMs)
}

function codeOf(error: WaitedFor): { code?: string; system?: string } {
  if (error instanceof SetupError) return { code: error.code }
  return error instanceof UnavailableError ? { system: error.system } : {}
}
