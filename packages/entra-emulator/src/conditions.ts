import type { Behaviour, EmulatedTenant } from './emulated-tenant.ts'
import type { Faults } from './faults.ts'
import { Throttling, type ThrottlingOptions } from './graph/throttling.ts'
import type { Range } from './random.ts'
import type { ReplicationLag } from './state/replication-lag.ts'
import { StaleReads, type StaleReadsOptions } from './state/stale-reads.ts'

/** Under which the tenant is worked with; all of them may change while it runs. What is absent stays. */
export interface ConditionsChange {
  readonly throttling?: 'off' | ThrottlingOptions
  /** How long reads and references do not find a new or restored object; drawn for each between two numbers. */
  readonly replicationLagMs?: Range
  readonly staleReads?: 'off' | StaleReadsOptions
  /** Whatever is drawn by chance begins anew with this. */
  readonly seed?: number
  readonly behaviour?: Partial<Behaviour>
}

export interface ConditionsOptions {
  readonly tenant: EmulatedTenant
  readonly lag: ReplicationLag
  readonly faults: Faults
  readonly seed: number
}

/** Throttling, lag, stale reads and the switches of the behaviour, in one place to look at and to change. */
export class Conditions {
  readonly throttling: Throttling
  readonly staleReads: StaleReads
  readonly #options: ConditionsOptions

  constructor(options: ConditionsOptions) {
    const { tenant, seed } = options
    this.#options = options
    this.throttling = new Throttling(tenant.clock, tenant.tenant.id)
    this.staleReads = new StaleReads(tenant.directory, tenant.clock, seed)
  }

  change({ throttling, replicationLagMs, staleReads, seed, behaviour }: ConditionsChange): void {
    const { tenant, lag, faults } = this.#options
    if (seed !== undefined) for (const each of [lag, faults, this.staleReads]) each.reseed(seed)
    if (throttling !== undefined) this.throttling.configure(throttling)
    if (replicationLagMs !== undefined) lag.range = replicationLagMs
    if (staleReads !== undefined) this.staleReads.configure(staleReads)
    if (behaviour !== undefined) Object.assign(tenant.behaviour, behaviour)
  }

  toJSON(): Required<Omit<ConditionsChange, 'seed'>> {
    return {
      throttling: this.throttling.options,
      replicationLagMs: this.#options.lag.range,
      staleReads: this.staleReads.options,
      behaviour: this.#options.tenant.behaviour
    }
  }
}
