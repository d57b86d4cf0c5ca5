import { setTimeout as delay } from 'node:timers/promises'

export type WakeReason = 'notification' | 'poll' | 'api' | 'start'

/** Changes often come in bursts; this short wait lets one import take a burst whole. */
const settleMs = 15

/**
 * One waiting room for everything that can wake the importer. A wake-up that comes while an import runs is
 * kept, so that none is lost; many are taken as one.
 */
export class WakeUp {
  #reason: WakeReason | undefined = 'start'
  #ring: (() => void) | undefined

  wake(reason: WakeReason): void {
    this.#reason ??= reason
    this.#ring?.()
  }

  /**
   * Resolves at the next wake-up, or after `pollMs` with `poll`.
   *
   * @throws the signal's reason when it is aborted.
   */
  async next(pollMs: number, signal: AbortSignal): Promise<WakeReason> {
    signal.throwIfAborted()
    if (this.#reason === undefined) await this.#wait(pollMs, signal)
    const reason = this.#reason ?? 'poll'
    if (reason === 'notification') await delay(settleMs, undefined, { signal })
    this.#reason = undefined
    return reason
  }

  async #wait(pollMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, pollMs)
    this.#ring = resolve
    const stop = () => resolve()
    signal.addEventListener('abort', stop, { once: true })
    await promise
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    this.#ring = undefined
    signal.throwIfAborted()
  }
}
