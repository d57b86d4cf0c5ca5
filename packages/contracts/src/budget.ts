/** Which writes go first when there is more to write than the tenant takes. */
export const lanes = [
  /** Who is disabled or deleted, and the state of passwords. */
  'urgent',
  /** A change of one object or of a few. */
  'single',
  /** Imports of a whole directory, and whatever else is many. */
  'bulk'
] as const
export type Lane = (typeof lanes)[number]

/** What one request takes of the tenant's quotas. */
export interface RequestCost {
  readonly writes: number
  readonly resourceUnits: number
}

/** What the tenant has told of its quotas with an answer. Whatever is absent was not told. */
export interface QuotaNews {
  /** How many resource units more than reckoned the requests have taken; negative: less. */
  readonly resourceUnitsBeyond?: number
  /** How much of the quota is used, by whomever: 1 is where throttling begins. */
  readonly limitShare?: number
  /** The tenant has refused a request and asks everybody to wait. */
  readonly throttled?: { readonly retryAfterMs: number; readonly kind: 'reads' | 'writes' | 'everything' }
}

/** The share of the tenant's quotas that is ours, for all processes together. */
export interface WriteBudget {
  /**
   * Waits until the first of these requests may be sent, and says how many of the first may be: 1 or more. What is
   * granted counts as spent.
   * @throws ThrottledError when none may be sent for longer than a caller can hold its locks; UnavailableError('redis')
   */
  take(lane: Lane, costs: readonly RequestCost[]): Promise<number>
  /** Never throws and never waits: what cannot be told now is told with the next request. */
  note(news: QuotaNews): void
}
