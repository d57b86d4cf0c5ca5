import { randomUUID } from 'node:crypto'
import { type Answer, type Ask, limitsOf, type Quota } from '../../packages/write-budget/src/ask.ts'
import { budgetScript } from '../../packages/write-budget/src/script.ts'
import type { RedisConnection } from './redis-for-file.ts'

/** `[writes, resource units]` */
export type Cost = readonly [number, number]

export const write: Cost = [1, 1]
export const bind: Cost = [7, 1]
export const read: Cost = [0, 2]

export interface PlannedTaker {
  readonly lane: 1 | 2 | 3
  /** What it asks for, over and over, up to 20 at once. */
  readonly costs: readonly Cost[]
  readonly fromMs?: number
  /** How many requests it has in all; no end without it. */
  readonly requests?: number
  /** From a grant to its next ask. */
  readonly busyMs?: number
}

interface PlannedEvent {
  readonly atMs: number
  readonly news?: Partial<Ask>
  readonly flush?: boolean
}

interface Grant {
  readonly atMs: number
  readonly taker: number
  readonly requests: number
  readonly writes: number
  readonly units: number
  readonly waitedMs: number
}

export interface Plan {
  readonly writesPerSecond: number
  readonly unitsPerSecond?: number
  readonly takers: readonly PlannedTaker[]
  readonly events?: readonly PlannedEvent[]
  readonly untilMs: number
}

/** What every call needs; nothing is new. */
export function quietAsk(writesPerSecond: number, unitsPerSecond = writesPerSecond * 40): Ask {
  const quota = {
    writes: writesPerSecond,
    writeWindowMs: 1_000,
    resourceUnits: unitsPerSecond,
    resourceUnitWindowMs: 1_000
  }
  return {
    limits: limitsOf({ quota, share: 1 }),
    pace: { writes: 1, units: 1 },
    pauses: {},
    refused: [],
    nearLimit: false,
    unitsBeyond: 0
  }
}

/** A budget of its own in the Redis of the file, with a clock that only the caller moves. */
export function virtualBudget({ redis }: RedisConnection): {
  ask(ask: Ask & { nowMs: number }): Promise<Answer>
  forget(): Promise<unknown>
} {
  const key = randomUUID()
  const run = budgetScript(redis, key)
  const epochMs = 1_800_000_000_000
  return {
    ask: ask => run({ ...ask, nowMs: epochMs + ask.nowMs }),
    forget: () => redis.del(key)
  }
}

/** Lets takers ask as the package does, in virtual time, and tells what was granted to whom. */
export async function simulate(connection: RedisConnection, plan: Plan): Promise<Grant[]> {
  const budget = virtualBudget(connection)
  const quiet = quietAsk(plan.writesPerSecond, plan.unitsPerSecond)
  const takers = plan.takers.map((planned, number) => new VirtualTaker(planned, number))
  const events = (plan.events ?? []).toSorted((a, b) => a.atMs - b.atMs)
  const grants: Grant[] = []
  const happen = async ({ flush, news, atMs }: PlannedEvent): Promise<void> => {
    if (flush) await budget.forget()
    if (news !== undefined) await budget.ask({ ...quiet, ...news, nowMs: atMs })
  }
  for (;;) {
    const next = takers.reduce((a, b) => (b.nextMs < a.nextMs ? b : a))
    for (const event of takeUntil(events, Math.min(next.nextMs, plan.untilMs))) await happen(event)
    if (next.nextMs > plan.untilMs) return grants
    const answer = await budget.ask({ ...quiet, ...next.ask(), nowMs: next.nextMs })
    const grant = next.hear(answer)
    if (grant !== undefined) grants.push(grant)
  }
}

function takeUntil(events: PlannedEvent[], atMs: number): PlannedEvent[] {
  return events.splice(0, events.filter(event => event.atMs <= atMs).length)
}

class VirtualTaker {
  nextMs: number
  readonly #planned: PlannedTaker
  readonly #number: number
  #since: number
  #left: number
  #done = 0

  constructor(planned: PlannedTaker, number: number) {
    this.#planned = planned
    this.#number = number
    this.nextMs = planned.fromMs ?? 0
    this.#since = this.nextMs
    this.#left = planned.requests ?? Number.POSITIVE_INFINITY
  }

  ask(): Pick<Ask, 'asker' | 'lane' | 'waitedMs' | 'costs'> {
    return {
      asker: `taker-${this.#number}`,
      lane: this.#planned.lane,
      waitedMs: this.nextMs - this.#since,
      costs: this.#costs()
    }
  }

  hear({ granted, waitMs }: Answer): Grant | undefined {
    const atMs = this.nextMs
    if (granted === 0) {
      this.nextMs += Math.min(Math.max(waitMs, 2), 500)
      return undefined
    }
    const costs = this.#costs().slice(0, granted)
    const waitedMs = atMs - this.#since
    this.#done += granted
    this.#left -= granted
    this.nextMs = this.#left > 0 ? atMs + (this.#planned.busyMs ?? 1) : Number.POSITIVE_INFINITY
    this.#since = this.nextMs
    return { atMs, taker: this.#number, requests: granted, waitedMs, ...spentBy(costs) }
  }

  /** The next ones of the pattern: all of them begin with a write, or all are reads, as the package asks. */
  #costs(): readonly Cost[] {
    const { costs } = this.#planned
    const next = Array.from(
      { length: Math.min(20, this.#left) },
      (_, i) => costs[(this.#done + i) % costs.length] ?? write
    )
    const firstWrite = next.findIndex(([writes]) => writes > 0)
    return firstWrite > 0 ? next.slice(0, firstWrite) : next
  }
}

function spentBy(costs: readonly Cost[]): Record<Quota, number> {
  return {
    writes: costs.reduce((sum, [writes]) => sum + writes, 0),
    units: costs.reduce((sum, [, units]) => sum + units, 0)
  }
}

/** How much a lane, or everybody, was granted in `[fromMs, toMs)`. */
export function writesIn(
  grants: readonly Grant[],
  { takers, fromMs = 0, toMs = Number.POSITIVE_INFINITY }: Range = {}
): number {
  return grants
    .filter(
      ({ atMs, taker }) => atMs >= fromMs && atMs < toMs && (takers === undefined || takers.includes(taker))
    )
    .reduce((sum, { writes }) => sum + writes, 0)
}

interface Range {
  readonly takers?: readonly number[]
  readonly fromMs?: number
  readonly toMs?: number
}

/** The most that any window had beyond `perSecond` times its length. */
export function mostBeyond(grants: readonly Grant[], quota: Quota, perSecond: number): number {
  let most = 0
  // The worst window that ends here is the worst one that ended at the grant before, or begins here.
  let beyond = 0
  let before = grants[0]?.atMs ?? 0
  for (const grant of grants) {
    beyond = Math.max(0, beyond - ((grant.atMs - before) / 1_000) * perSecond) + grant[quota]
    before = grant.atMs
    most = Math.max(most, beyond)
  }
  return most
}
