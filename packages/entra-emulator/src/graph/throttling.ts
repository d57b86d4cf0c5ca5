import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import { GraphError } from './graph-error.ts'
import { type BucketReport, type BucketRules, QuotaBucket, type QuotaSize } from './quota-bucket.ts'
import type { Cost } from './resource-units.ts'

export interface ThrottlingOptions {
  /** Writes of one application in this tenant within a window; the documented 3,000 without it. */
  readonly writes?: number
  /** The window's length; the documented 150 s without it. */
  readonly writeWindowMs?: number
  /** Resource units in 10 s: those of the tenant's size without it. */
  readonly resourceUnits?: number
  /** S: below 50 users, 3,500 units. M: to 500 users, 5,000. L: more, 8,000; the size without it. */
  readonly tenantSize?: 'S' | 'M' | 'L'
  /** Writes of all applications in this tenant in 5 minutes; the documented 18,000 without it. */
  readonly tenantWrites?: number
  /** The share of the tenant's writes that other applications use all the time, 0 to 1; 0 without it. */
  readonly othersShare?: number
  /** How many times faster than Microsoft's every quota comes back; 1 without it. */
  readonly speed?: number
  /** How full the quotas are at the start, 0 to 1; 1 without it. */
  readonly filledAtStart?: number
  /** Count a bind of n members as n/3 writes. On without it: field reports say so. */
  readonly bindsCostMore?: boolean
  /** Whether who calls again before Retry-After is over waits longer. On without it. */
  readonly punishesEarlyRetries?: boolean
}

/** Use of the quotas by somebody else than the callers of this emulator. */
export interface QuotaUse {
  readonly writes?: number
  readonly resourceUnits?: number
  /** Without it, another application: only what the whole tenant has is used. */
  readonly appId?: string
}

interface Buckets {
  readonly writes: QuotaBucket
  readonly resourceUnits: QuotaBucket
}

const unitsBySize = { S: 3500, M: 5000, L: 8000 }
const resourceUnitWindowMs = 10_000
const tenantWindowMs = 300_000

/**
 * The quotas of one application in one tenant (writes and resource units) and of the tenant (writes), by
 * https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits. That of an application across
 * all tenants has no meaning with one tenant.
 */
export class Throttling {
  readonly #clock: Clock
  readonly #tenantId: string
  readonly #buckets = new Map<string, Buckets>()
  #options: 'off' | ThrottlingOptions = 'off'
  #tenant: QuotaBucket | undefined
  #sinceMs: number

  /** Off until it is configured. */
  constructor(clock: Clock, tenantId: string) {
    this.#clock = clock
    this.#tenantId = tenantId
    this.#sinceMs = clock.now()
  }

  get options(): 'off' | ThrottlingOptions {
    return this.#options
  }

  get bindsCostMore(): boolean {
    return this.#options !== 'off' && (this.#options.bindsCostMore ?? true)
  }

  /** From now on. Quotas start over, except that a new share of the others leaves them where they are. */
  configure(options: 'off' | ThrottlingOptions): void {
    const before = this.#options
    this.#options = options
    if (options !== 'off' && before !== 'off' && onlyOthersShareDiffers(before, options)) {
      this.#tenant?.resize(tenantQuota(options), this.#clock.now())
      return
    }
    this.#buckets.clear()
    this.#sinceMs = this.#clock.now()
    this.#tenant = undefined
  }

  /** Spends what the request costs, or throws the 429. Returns the headers that warn of a limit. */
  spend(appId: string, cost: Cost): Readonly<Record<string, string>> {
    const options = this.#options
    if (options === 'off') return {}
    const nowMs = this.#clock.now()
    const own = this.#bucketsOf(appId, options)
    const tenant = this.#tenantBucket(options)
    const usage = () => usageHeaders(Math.max(own.writes.usage(), own.resourceUnits.usage(), tenant.usage()))
    const refuse = (scope: string, information: string, waitMs: number) =>
      refusal(waitMs, `${scope}/${appId}/${this.#tenantId}`, information, usage())
    if (cost.writes > 0) {
      const writesMs = own.writes.spend(cost.writes, nowMs)
      if (writesMs > 0) throw refuse('Tenant_Application/Write', 'WriteLimitExceeded', writesMs)
      const tenantMs = tenant.spend(cost.writes, nowMs)
      if (tenantMs > 0) throw refuse('Tenant/Write', 'WriteLimitExceeded', tenantMs)
    }
    const unitsMs = own.resourceUnits.spend(cost.resourceUnits, nowMs)
    if (unitsMs > 0) throw refuse('Tenant_Application/ReadWrite', 'ResourceUnitLimitExceeded', unitsMs)
    return usage()
  }

  /** Somebody else uses up some of the quotas, now. Without throttling there is nothing to use up. */
  use({ writes = 0, resourceUnits = 0, appId }: QuotaUse): void {
    const options = this.#options
    if (options === 'off') return
    const nowMs = this.#clock.now()
    this.#tenantBucket(options).drain(writes, nowMs)
    if (appId === undefined) return
    const own = this.#bucketsOf(appId, options)
    own.writes.drain(writes, nowMs)
    own.resourceUnits.drain(resourceUnits, nowMs)
  }

  /** How each quota stands, by application. */
  report(): ThrottlingReport {
    const nowMs = this.#clock.now()
    const applications = [...this.#buckets].map(
      ([appId, { writes, resourceUnits }]) =>
        [appId, { writes: writes.report(nowMs), resourceUnits: resourceUnits.report(nowMs) }] as const
    )
    const tenant = this.#tenant === undefined ? {} : { tenant: this.#tenant.report(nowMs) }
    return { applications: Object.fromEntries(applications), ...tenant }
  }

  #bucketsOf(appId: string, options: ThrottlingOptions): Buckets {
    const known = this.#buckets.get(appId)
    if (known !== undefined) return known
    const { writes = 3000, writeWindowMs = 150_000, speed = 1, tenantSize = 'L' } = options
    const { resourceUnits = unitsBySize[tenantSize] } = options
    const buckets = {
      writes: this.#newBucket({ capacity: writes, windowMs: writeWindowMs / speed }, options),
      resourceUnits: this.#newBucket(
        { capacity: resourceUnits, windowMs: resourceUnitWindowMs / speed },
        options
      )
    }
    this.#buckets.set(appId, buckets)
    return buckets
  }

  #tenantBucket(options: ThrottlingOptions): QuotaBucket {
    this.#tenant ??= this.#newBucket(tenantQuota(options), options)
    return this.#tenant
  }

  #newBucket(size: QuotaSize, options: ThrottlingOptions): QuotaBucket {
    const { filledAtStart = 1 } = options
    return new QuotaBucket(size, rulesOf(size, options), { filled: filledAtStart, nowMs: this.#sinceMs })
  }
}

export interface ThrottlingReport {
  readonly applications: Readonly<
    Record<string, { readonly writes: BucketReport; readonly resourceUnits: BucketReport }>
  >
  /** Absent before the first request that was metered. */
  readonly tenant?: BucketReport
}

function tenantQuota({ tenantWrites = 18_000, othersShare = 0, speed = 1 }: ThrottlingOptions): QuotaSize {
  return { capacity: tenantWrites * (1 - othersShare), windowMs: tenantWindowMs / speed }
}

/** Waits are bounded by a fifth of the window: half a minute for writes at Microsoft's speed. */
function rulesOf({ windowMs }: QuotaSize, options: ThrottlingOptions): BucketRules {
  const { speed = 1, punishesEarlyRetries = true } = options
  return {
    punishesEarlyRetries,
    longestWaitMs: Math.max(windowMs / 5, resourceUnitWindowMs / speed),
    penaltyMs: 1000 / speed
  }
}

function onlyOthersShareDiffers(before: ThrottlingOptions, after: ThrottlingOptions): boolean {
  return isDeepStrictEqual({ ...before, othersShare: 0 }, { ...after, othersShare: 0 })
}

/** Told only above 0.8, up to 1.8. */
function usageHeaders(usage: number): Readonly<Record<string, string>> {
  return usage > 0.8 ? { 'x-ms-throttle-limit-percentage': String(Number(usage.toFixed(2))) } : {}
}

/** Seconds may have decimals in Retry-After: the documentation's own sample has 2.128. */
function refusal(
  waitMs: number,
  scope: string,
  information: string,
  usage: Readonly<Record<string, string>>
): GraphError {
  return new GraphError(429, 'TooManyRequests', 'Please retry again later.', {
    headers: {
      'Retry-After': (Math.ceil(waitMs) / 1000).toString(),
      'x-ms-throttle-scope': scope,
      'x-ms-throttle-information': information,
      ...usage
    }
  })
}
