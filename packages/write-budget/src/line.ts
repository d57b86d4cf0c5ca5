import { setTimeout as delay } from 'node:timers/promises'
import { type RequestCost, ThrottledError } from '@opendirsync/contracts'
import { type Answer, mostRequests, type Taker } from './ask.ts'

/** Asking more often would find little more. */
const shortestPollMs = 2
/** Asking less often would miss that others have given up, or that the tenant has become faster. */
const longestPollMs = 500
const shortestRetryMs = 1_000

interface LineOptions {
  readonly asker: string
  /** 1 is the highest. */
  readonly lane: number
  readonly patienceMs: number
  readonly ask: (taker: Taker) => Promise<Answer>
}

interface Waiting {
  readonly costs: readonly RequestCost[]
  readonly since: number
  readonly resolve: (granted: number) => void
  readonly reject: (error: unknown) => void
}

/**
 * The callers of one lane in this process. They stand in line, and one loop asks for all of them, so that hundreds of
 * callers are one to Redis.
 */
export class Line {
  readonly #options: LineOptions
  readonly #waiting: Waiting[] = []
  #asking = false

  constructor(options: LineOptions) {
    this.#options = options
  }

  take(costs: readonly RequestCost[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ costs, since: performance.now(), resolve, reject })
      if (!this.#asking) void this.#ask()
    })
  }

  rejectAll(error: unknown): void {
    for (const each of this.#waiting.splice(0)) each.reject(error)
  }

  async #ask(): Promise<void> {
    this.#asking = true
    try {
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        const waitMs = await this.#askFor(first)
        if (waitMs > 0 && this.#waiting.length > 0) await delay(waitMs)
      }
    } catch (error) {
      this.rejectAll(error)
    } finally {
      this.#asking = false
    }
  }

  /** How long to wait before the next time. */
  async #askFor(first: Waiting): Promise<number> {
    const { ask, asker, lane, patienceMs } = this.#options
    const costs = this.#waiting.flatMap(each => each.costs).slice(0, mostRequests)
    const { granted, waitMs } = await ask({
      asker,
      lane,
      waitedMs: performance.now() - first.since,
      costs: costs.map(({ writes, resourceUnits }) => [writes, resourceUnits])
    })
    if (granted > 0) {
      this.#grant(granted)
      return 0
    }
    const leftMs = first.since + patienceMs - performance.now()
    if (waitMs <= leftMs) return Math.min(Math.max(waitMs, shortestPollMs), longestPollMs)
    await this.#sendAway(waitMs, first.since + waitMs - leftMs)
    return 0
  }

  #grant(granted: number): void {
    let left = granted
    while (left > 0) {
      const each = this.#waiting.shift()
      if (each === undefined) return
      each.resolve(Math.min(left, each.costs.length))
      left -= each.costs.length
    }
  }

  /** Whoever came before then would wait for longer than the patience lasts. */
  async #sendAway(waitMs: number, cameBefore: number): Promise<void> {
    const retryAfterMs = Math.max(shortestRetryMs, Math.ceil(waitMs))
    const seconds = Math.ceil(retryAfterMs / 1_000)
    const message = `The tenant's quota has nothing left for this lane for about ${seconds} s. It will be tried again.`
    const impatient = this.#waiting.filter(each => each.since <= cameBefore).length
    for (const each of this.#waiting.splice(0, Math.max(1, impatient)))
      each.reject(new ThrottledError(message, retryAfterMs))
    const { ask, asker, lane } = this.#options
    if (this.#waiting.length === 0) await ask({ asker, lane, waitedMs: 0 })
  }
}
