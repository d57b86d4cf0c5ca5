import type { WriteBudgetOptions } from './options.ts'

/** Whatever kind of request is paused. */
export type Kind = 'reads' | 'writes'
export type Quota = 'writes' | 'units'

interface Limit {
  readonly perSecond: number
  /** What may be gathered. */
  readonly capacity: number
}

/** What the script is told with every call. */
export interface News {
  /** How much longer, in milliseconds, the tenant wants to hear nothing. */
  readonly pauses: Partial<Record<Kind, number>>
  /** The quotas for which the tenant has refused a request. */
  readonly refused: readonly Quota[]
  readonly nearLimit: boolean
  /** Resource units that were taken beyond those that were reckoned. */
  readonly unitsBeyond: number
}

/** A taker that asks, or one that no longer waits when there are no costs. */
export interface Taker {
  readonly asker: string
  /** 1 is the highest. */
  readonly lane: number
  /** Since when it has been waiting: the one that has waited longest is first in its lane. */
  readonly waitedMs: number
  /** `[writes, resource units]` of each request, in their order. */
  readonly costs?: readonly (readonly [writes: number, units: number])[]
}

/** One call of the script. */
export interface Ask extends News, Partial<Taker> {
  readonly limits: Readonly<Record<Quota, Limit>>
  /** The speed, 0 to 1, that a new budget begins with: what this process was told last. */
  readonly pace: Readonly<Record<Quota, number>>
  /** Redis' own time when it is missing. */
  readonly nowMs?: number
}

export interface Answer {
  /** How many requests may be sent now, from the first on. */
  readonly granted: number
  /** When none: how long it will take, as far as can be told. */
  readonly waitMs: number
  readonly pausedForMs: Readonly<Record<Kind, number>>
  readonly left: Readonly<Record<Quota, number>>
  readonly pace: Readonly<Record<Quota, number>>
  /** Takers that wait, by lane, the highest first. */
  readonly waiting: readonly [number, number, number]
}

/** The most that one ask may name: what fits into one `$batch`. */
export const mostRequests = 20
/** A bind of 20 members. */
const dearestWrites = 7
/** Of any 20 requests by Microsoft's table: a bucket that never holds as much would make batches small. */
const dearestUnits = 5 * mostRequests

/** Our rates: the quota over its window, times our share of it, and about a second of it as what may be gathered. */
export function limitsOf({ quota, share }: Pick<WriteBudgetOptions, 'quota' | 'share'>): Ask['limits'] {
  const writesPerSecond = (quota.writes / quota.writeWindowMs) * 1_000 * share
  const unitsPerSecond = (quota.resourceUnits / quota.resourceUnitWindowMs) * 1_000 * share
  return {
    writes: { perSecond: writesPerSecond, capacity: Math.max(writesPerSecond, dearestWrites) },
    units: { perSecond: unitsPerSecond, capacity: Math.max(unitsPerSecond, dearestUnits) }
  }
}
