import { setTimeout as delay } from 'node:timers/promises'

/**
 * Does `work` now and again after each period, one at a time, until it is disposed. A failure is left to the
 * next time: what is repeated here only puts right what Redis has lost, and its connection reports outages.
 */
export function repeat(periodMs: number, work: (signal: AbortSignal) => Promise<void>): AsyncDisposable {
  const stopping = new AbortController()
  const { signal } = stopping

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      await work(signal).catch(() => {})
      await delay(periodMs, undefined, { signal }).catch(() => {})
    }
  }

  const ended = loop()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await ended
    }
  }
}
