import { type Clock, movingClock } from './clock.ts'
import { Random } from './random.ts'

/** What goes wrong, for how many requests, and with which. */
export interface Fault {
  /** How many requests meet it; without it, every one until the faults are cleared. */
  readonly times?: number
  /** The share of the requests that meet it, 0 to 1, by the seeded generator; without it, every one. */
  readonly share?: number
  /** It begins so much later, and ends so long after it began: the tenant's time. */
  readonly afterMs?: number
  readonly forMs?: number
  /**
   * `request`: HTTP requests to Graph. `item`: requests inside batches. `token`: the token endpoint. `sync-service`: the
   * synchronization service.
   */
  readonly target?: FaultTarget
  /** Only requests of this method. */
  readonly method?: string
  /** Only requests whose path (below `/v1.0`) contains this. For the synchronization service: its operation. */
  readonly pathContains?: string
  /** The answer: 429, 500, 503, 504, … */
  readonly status?: number
  readonly retryAfterSeconds?: number
  /** Graph's error code and message in the answer. */
  readonly code?: string
  readonly message?: string
  /** Waits before it goes on; not for items. */
  readonly delayMs?: number
  /** Closes the connection in place of an answer; not for items. */
  readonly drop?: boolean
  /** Carries the request out first: only its answer is lost. */
  readonly carriedOut?: boolean
  /**
   * Half of the answer's body: `connection` closes the connection in the middle of it, `json` says that the half is the
   * whole. Only for the targets `request` and `sync-service`.
   */
  readonly half?: 'connection' | 'json'
  /** A gateway's HTML page with this status (502 without one) in place of an answer; only where `half` is. */
  readonly html?: boolean
  /** The answer's body comes in pieces over so long; only where `half` is. */
  readonly slowBodyMs?: number
}

type FaultTarget = 'request' | 'item' | 'token' | 'sync-service'

export interface FaultedRequest {
  readonly target: FaultTarget
  readonly method: string
  readonly path: string
}

interface Kept {
  readonly fault: Fault
  readonly startsMs: number
  readonly endsMs: number
  left: number
  struck: number
}

/** How many of those that are over are still told. */
const keptWhenOver = 1000

/** The faults that wait for their requests, and how often each has struck. */
export class Faults {
  readonly #clock: Clock
  #random: Random
  #all: Kept[] = []

  constructor(clock: Clock = movingClock(), seed = 1) {
    this.#clock = clock
    this.#random = new Random(seed)
  }

  add(fault: Fault): void {
    const startsMs = this.#clock.now() + (fault.afterMs ?? 0)
    const endsMs = startsMs + (fault.forMs ?? Number.POSITIVE_INFINITY)
    this.#all.push({ fault, startsMs, endsMs, left: fault.times ?? Number.POSITIVE_INFINITY, struck: 0 })
    const over = this.#all.length - keptWhenOver
    if (over > 0) this.#all = this.#all.filter((each, index) => index >= over || each.left > 0)
  }

  clear(): void {
    this.#all = []
  }

  reseed(seed: number): void {
    this.#random = new Random(seed)
  }

  /**
   * The fault that this request meets, counted down. The oldest goes first; shares add up, so that two of 0.05 and
   * 0.02 strike 7 % of the requests.
   */
  take(request: FaultedRequest): Fault | undefined {
    const nowMs = this.#clock.now()
    let drawn: number | undefined
    for (const kept of this.#all) {
      if (kept.left <= 0 || nowMs < kept.startsMs || nowMs >= kept.endsMs) continue
      if (!concerns(kept.fault, request)) continue
      if (kept.fault.share !== undefined) {
        drawn = (drawn ?? this.#random.next()) - kept.fault.share
        if (drawn >= 0) continue
      }
      kept.left -= 1
      kept.struck += 1
      return kept.fault
    }
    return undefined
  }

  /** Those since the last `clear`, also those that are over: what they are, `struck`, and `left` when it is counted. */
  toJSON(): readonly StruckFault[] {
    return this.#all.map(({ fault, struck, left }) => ({
      ...fault,
      struck,
      ...(Number.isFinite(left) && { left })
    }))
  }
}

export interface StruckFault extends Fault {
  readonly struck: number
  readonly left?: number
}

function concerns(fault: Fault, request: FaultedRequest): boolean {
  if ((fault.target ?? 'request') !== request.target) return false
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false
  return fault.pathContains === undefined || request.path.includes(fault.pathContains)
}
