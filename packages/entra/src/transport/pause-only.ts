import { setTimeout as wait } from 'node:timers/promises'
import { ThrottledError, type WriteBudget } from '@opendirsync/contracts'

/** A longer pause is for the caller to wait out, who holds locks. */
const patienceMs = 5_000

/** In place of a budget: nothing is held back but while the tenant asks for it. For one process alone. */
export function pauseOnly(): WriteBudget {
  let resumeAtMs = 0
  return {
    async take(_lane, costs) {
      for (let pauseMs = resumeAtMs - Date.now(); pauseMs > 0; pauseMs = resumeAtMs - Date.now()) {
        if (pauseMs > patienceMs)
          throw new ThrottledError('Graph has asked us to slow down; the request was not sent yet.', pauseMs)
        await wait(pauseMs)
      }
      return costs.length
    },
    note({ throttled }) {
      if (throttled !== undefined) resumeAtMs = Math.max(resumeAtMs, Date.now() + throttled.retryAfterMs)
    }
  }
}
