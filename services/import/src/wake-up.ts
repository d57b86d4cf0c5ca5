export type WakeReason = 'notification' | 'poll' | 'api' | 'start' | 'full-import'

/** What an import brought: whether anything was reported to it. */
export type Found = 'something' | 'nothing'

/** Changes often come in bursts; this short wait lets one import take a burst whole. */
const shortestSettleMs = 15
const longestSettleMs = 1_000

/**
 * One waiting room for everything that can wake the importer. A wake-up that comes while an import runs is
 * kept, so that none is lost; many are taken as one.
 *
 * A domain controller notifies of every write to an object, and each logon writes statistics that no import asks
 * for. While notifications lead to imports that find nothing, imports for them come at an ever longer distance, up
 * to a second; the first that finds something ends that. A notification after a quiet while is not held back, nor
 * is any other wake-up.
 */
export class WakeUp {
  #reason: WakeReason | undefined = 'start'
  #last: WakeReason | undefined
  #settleMs = shortestSettleMs
  #ring: (() => void) | undefined

  /** An urgent wake-up (any but a notification) ends the wait of a notification that came before it. */
  wake(reason: WakeReason): void {
    if (this.#reason === undefined || this.#reason === 'notification') this.#reason = reason
    this.#ring?.()
  }

  /**
   * Resolves at the next wake-up, or after `pollMs` with `poll`.
   *
   * @param found what the import brought that the last wake-up led to
   * @throws the signal's reason when it is aborted
   */
  async next(pollMs: number, signal: AbortSignal, found: Found = 'something'): Promise<WakeReason> {
    this.#learn(found)
    const calledAt = performance.now()
    await this.#wait(pollMs, signal, () => this.#reason !== undefined)
    if (this.#reason === 'notification') {
      const restMs = calledAt + this.#settleMs - performance.now()
      const urgent = () => this.#reason !== 'notification'
      await this.#wait(Math.max(shortestSettleMs, restMs), signal, urgent)
    }
    const reason = this.#reason ?? 'poll'
    this.#reason = undefined
    this.#last = reason
    return reason
  }

  #learn(found: Found): void {
    if (found === 'something') this.#settleMs = shortestSettleMs
    else if (this.#last === 'notification') this.#settleMs = Math.min(this.#settleMs * 2, longestSettleMs)
  }

  /** Until the condition holds, looked at with each wake-up, but no longer than `mostMs`. */
  async #wait(mostMs: number, signal: AbortSignal, condition: () => boolean): Promise<void> {
    signal.throwIfAborted()
    if (condition()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, mostMs)
    this.#ring = () => condition() && resolve()
    const stop = () => resolve()
    signal.addEventListener('abort', stop, { once: true })
    await promise
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    this.#ring = undefined
    signal.throwIfAborted()
  }
}
