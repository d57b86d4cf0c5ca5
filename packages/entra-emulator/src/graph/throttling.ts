import type { Clock } from '../clock.ts'
import { GraphError } from './graph-error.ts'
import type { Cost } from './resource-units.ts'

export interface ThrottlingOptions {
  /** Writes of one application in this tenant within a window; the documented 3,000 without it. */
  readonly writes?: number
  /** The window's length; the documented 150 s without it. */
  readonly writeWindowMs?: number
  /** Resource units in 10 s; the documented 8,000 of a large tenant without it. */
  readonly resourceUnits?: number
  /** Count a bind of n members as n/3 writes. On without it: field reports say so. */
  readonly bindsCostMore?: boolean
}

type Information = 'WriteLimitExceeded' | 'ResourceUnitLimitExceeded'

/**
 * The two quotas of one application in one tenant, as token buckets in the tenant's time. A refused request
 * is charged as well, as the documentation warns; what is owed is bounded, so that waiting for Retry-After helps.
 */
export class Throttling {
  readonly bindsCostMore: boolean
  readonly #buckets = new Map<string, { writes: Bucket; resourceUnits: Bucket }>()
  readonly #options: ThrottlingOptions
  readonly #clock: Clock
  readonly #tenantId: string

  constructor(options: ThrottlingOptions, clock: Clock, tenantId: string) {
    this.#options = options
    this.#clock = clock
    this.#tenantId = tenantId
    this.bindsCostMore = options.bindsCostMore ?? true
  }

  /** Spends what the request costs, or throws the 429. Returns the headers that warn of a limit. */
  spend(appId: string, cost: Cost): Readonly<Record<string, string>> {
    const { writes, resourceUnits } = this.#bucketsOf(appId)
    const nowMs = this.#clock.now()
    const refusedMs = cost.writes > 0 ? writes.spend(cost.writes, nowMs) : 0
    if (refusedMs > 0) throw this.#refusal(appId, 'Write', 'WriteLimitExceeded', refusedMs)
    const unitsMs = resourceUnits.spend(cost.resourceUnits, nowMs)
    if (unitsMs > 0) throw this.#refusal(appId, 'ReadWrite', 'ResourceUnitLimitExceeded', unitsMs)
    const used = Math.max(writes.used(), resourceUnits.used())
    return used > 0.8 ? { 'x-ms-throttle-limit-percentage': used.toFixed(1) } : {}
  }

  #bucketsOf(appId: string) {
    const known = this.#buckets.get(appId)
    if (known !== undefined) return known
    const { writes = 3000, writeWindowMs = 150_000, resourceUnits = 8000 } = this.#options
    const buckets = {
      writes: new Bucket(writes, writeWindowMs, this.#clock.now()),
      resourceUnits: new Bucket(resourceUnits, 10_000, this.#clock.now())
    }
    this.#buckets.set(appId, buckets)
    return buckets
  }

  #refusal(appId: string, kind: string, information: Information, waitMs: number): GraphError {
    return new GraphError(429, 'TooManyRequests', 'Please retry again later.', {
      headers: {
        'Retry-After': (Math.ceil(waitMs) / 1000).toString(),
        'x-ms-throttle-scope': `Tenant_Application/${kind}/${appId}/${this.#tenantId}`,
        'x-ms-throttle-information': information
      }
    })
  }
}

class Bucket {
  readonly #capacity: number
  readonly #perMs: number
  #left: number
  #atMs: number

  constructor(capacity: number, windowMs: number, nowMs: number) {
    this.#capacity = capacity
    this.#perMs = capacity / windowMs
    this.#left = capacity
    this.#atMs = nowMs
  }

  /** 0, or how long to wait until as much is there. */
  spend(amount: number, nowMs: number): number {
    this.#left = Math.min(this.#capacity, this.#left + (nowMs - this.#atMs) * this.#perMs)
    this.#atMs = nowMs
    if (this.#left >= amount) {
      this.#left -= amount
      return 0
    }
    const missing = amount - this.#left
    this.#left = Math.max(this.#left - amount, -this.#capacity / 10)
    return Math.max(1, missing / this.#perMs)
  }

  /** The share that is spent, 0 to 1. */
  used(): number {
    return 1 - this.#left / this.#capacity
  }
}
