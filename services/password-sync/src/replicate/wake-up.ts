export type WakeReason = 'notification' | 'tick'

/** Changes often come in bursts; this short wait lets one look take a burst whole. */
const shortestSettleMs = 10
const longestSettleMs = 500

/**
 * Waits for news of a domain controller, or for some time. One that comes while nobody waits is kept.
 *
 * A controller notifies of every write, and each logon is one. While notifications lead to nothing, looks for them come at
 * an ever longer distance, up to half a second; the first that finds something ends that.
 */
export class WakeUp {
  #isNotified = false
  #settleMs = shortestSettleMs
  #ring: (() => void) | undefined

  notify(): void {
    this.#isNotified = true
    this.#ring?.()
  }

  /** What the last look for a notification has brought. */
  learn(hasFound: boolean): void {
    this.#settleMs = hasFound ? shortestSettleMs : Math.min(this.#settleMs * 2, longestSettleMs)
  }

  /** @throws the signal's reason when it is aborted */
  async next(tickMs: number, signal: AbortSignal): Promise<WakeReason> {
    if (!this.#isNotified) await this.#wait(tickMs, signal)
    if (!this.#isNotified) return 'tick'
    await this.#wait(this.#settleMs, signal, true)
    this.#isNotified = false
    return 'notification'
  }

  async #wait(mostMs: number, signal: AbortSignal, isWhole = false): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, mostMs)
    const stop = () => resolve()
    this.#ring = isWhole ? undefined : stop
    signal.addEventListener('abort', stop, { once: true })
    await promise
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    this.#ring = undefined
    signal.throwIfAborted()
  }
}
