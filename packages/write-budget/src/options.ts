/** The part of a logger that this package writes to. pino's fits. */
export interface BudgetLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface WriteBudgetOptions {
  readonly redisUrl: string
  /** Tenant and application have the quotas: all who name the same share them. */
  readonly tenantId: string
  readonly applicationId: string
  /** What the tenant gives to the application (https://learn.microsoft.com/graph/throttling-limits). */
  readonly quota: {
    readonly writes: number
    readonly writeWindowMs: number
    readonly resourceUnits: number
    readonly resourceUnitWindowMs: number
  }
  /** How much of it is ours, above 0, at most 1; the same in all processes. */
  readonly share: number
  readonly log: BudgetLog
  /** How long a taker waits at the most; 5 s without it. */
  readonly patienceMs?: number
}

interface QuotaState {
  /** Our share of the quota. */
  readonly perSecond: number
  /** How much of it we use: 1, or less after the tenant has complained. */
  readonly pace: number
  /** What may be spent at this moment. */
  readonly left: number
}

/** For metrics and the API. */
export interface WriteBudgetState {
  readonly writes: QuotaState
  readonly resourceUnits: QuotaState
  /** How much longer the tenant wants to hear nothing; 0 when there is no pause. */
  readonly pausedForMs: { readonly reads: number; readonly writes: number }
  /** Takers that wait, at most two of a process in a lane. */
  readonly waiting: { readonly urgent: number; readonly single: number; readonly bulk: number }
}
