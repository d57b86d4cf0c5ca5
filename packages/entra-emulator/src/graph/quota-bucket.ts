export interface QuotaSize {
  /** How much may be spent at once. */
  readonly capacity: number
  /** In how long the whole of it comes back. */
  readonly windowMs: number
}

export interface BucketRules {
  readonly punishesEarlyRetries: boolean
  /** No wait becomes longer by punishment than this. */
  readonly longestWaitMs: number
  /** By how much one early retry makes the wait longer, at least. */
  readonly penaltyMs: number
}

/** What was on its way when a request was refused is no retry of it. */
const underWayMs = 200
/** Fractions of a unit that arithmetic loses. */
const rounding = 1e-6

/**
 * A quota as a token bucket, in the tenant's time. A refused request is charged as well ("all requests accrue", as
 * https://learn.microsoft.com/graph/throttling has it); what is owed is bounded, so that waiting for Retry-After helps.
 * Whoever calls again before the named wait is over waits longer, as dev-proxy's RetryAfterPlugin has it.
 */
export class QuotaBucket {
  readonly #rules: BucketRules
  #size: QuotaSize
  #left: number
  #atMs: number
  #refusedAtMs = Number.NEGATIVE_INFINITY
  #waitUntilMs = Number.NEGATIVE_INFINITY
  #recent = { granted: 0, refused: 0 }
  #counts = { granted: 0, refused: 0, early: 0 }

  constructor(
    size: QuotaSize,
    rules: BucketRules,
    start: { readonly filled: number; readonly nowMs: number }
  ) {
    this.#size = size
    this.#rules = rules
    this.#left = size.capacity * start.filled
    this.#atMs = start.nowMs
  }

  /** 0, or how long to wait until as much is there. */
  spend(amount: number, nowMs: number): number {
    this.#refill(nowMs)
    const needed = Math.min(amount, this.#size.capacity)
    const mustWait = this.#rules.punishesEarlyRetries && nowMs < this.#waitUntilMs
    if (!mustWait && needed > 0 && this.#left >= needed - rounding) {
      this.#left -= needed
      this.#count('granted')
      return 0
    }
    this.#left = Math.max(this.#left - needed, -this.#size.capacity / 10)
    this.#count('refused')
    this.#waitUntilMs = this.#waitAfter(needed, mustWait, nowMs)
    return Math.max(1, this.#waitUntilMs - nowMs)
  }

  /** Takes away without asking, as another process with the same quota does. */
  drain(amount: number, nowMs: number): void {
    this.#refill(nowMs)
    this.#left = Math.max(0, this.#left - amount)
  }

  /** What is left stays the same share of the whole. */
  resize(size: QuotaSize, nowMs: number): void {
    this.#refill(nowMs)
    const filled = this.#size.capacity > 0 ? this.#left / this.#size.capacity : 0
    this.#size = size
    this.#left = size.capacity * filled
  }

  /** 0 to 1: the share that is spent. 1 to 1.8: 1, and the share of the latest requests that were refused. */
  usage(): number {
    const { granted, refused } = this.#recent
    const refusedShare = refused / Math.max(1, granted + refused)
    if (refusedShare > 0.01) return 1 + Math.min(0.8, refusedShare)
    return this.#size.capacity === 0 ? 1 : Math.min(1, 1 - this.#left / this.#size.capacity)
  }

  report(nowMs: number): BucketReport {
    this.#refill(nowMs)
    const waitMs = Math.max(0, this.#waitUntilMs - nowMs)
    return { capacity: this.#size.capacity, left: this.#left, waitMs, ...this.#counts }
  }

  #refill(nowMs: number): void {
    const { capacity, windowMs } = this.#size
    const passedMs = nowMs - this.#atMs
    this.#atMs = nowMs
    this.#left = Math.min(capacity, this.#left + (passedMs * capacity) / windowMs)
    const kept = Math.exp((-passedMs * 15) / windowMs)
    this.#recent.granted *= kept
    this.#recent.refused *= kept
  }

  #count(what: 'granted' | 'refused'): void {
    this.#recent[what] += 1
    this.#counts[what] += 1
  }

  #waitAfter(needed: number, mustWait: boolean, nowMs: number): number {
    const { capacity, windowMs } = this.#size
    const { longestWaitMs, penaltyMs } = this.#rules
    if (capacity === 0) return nowMs + longestWaitMs
    const msPerUnit = windowMs / capacity
    const thereMs = nowMs + (needed - this.#left) * msPerUnit
    if (!mustWait) {
      this.#refusedAtMs = nowMs
      return thereMs
    }
    if (nowMs - this.#refusedAtMs <= underWayMs) return Math.max(thereMs, this.#waitUntilMs)
    this.#counts.early += 1
    const punishedMs = this.#waitUntilMs + Math.max(penaltyMs, needed * msPerUnit)
    return Math.max(thereMs, this.#waitUntilMs, Math.min(punishedMs, nowMs + longestWaitMs))
  }
}

export interface BucketReport {
  readonly capacity: number
  readonly left: number
  /** For how long whoever was refused last has been told to wait. */
  readonly waitMs: number
  readonly granted: number
  readonly refused: number
  /** Refused requests that came before the wait was over. */
  readonly early: number
}
