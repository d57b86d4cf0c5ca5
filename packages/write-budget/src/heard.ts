import type { QuotaNews } from '@opendirsync/contracts'
import type { Answer, Kind, News, Quota } from './ask.ts'

const kindsOf = { reads: ['reads'], writes: ['writes'], everything: ['reads', 'writes'] } as const
const quotasOf = { reads: ['units'], writes: ['writes'], everything: ['writes', 'units'] } as const

/**
 * What this process has heard of the tenant. Pauses it keeps until they are over, and tells them with every call, so
 * that they outlive a flushed Redis; everything else it tells once. Times are of `performance.now()`.
 */
export class Heard {
  #pausedUntil: Record<Kind, number> = { reads: 0, writes: 0 }
  #pace: Answer['pace'] = { writes: 1, units: 1 }
  #refused = new Set<Quota>()
  #nearLimit = false
  #unitsBeyond = 0

  /** True when it begins a pause, or makes one longer, and not by what answers to one batch differ. */
  note({ throttled, limitShare = 0, resourceUnitsBeyond = 0 }: QuotaNews, now: number): boolean {
    this.#unitsBeyond += resourceUnitsBeyond
    this.#nearLimit ||= limitShare >= 1
    if (throttled === undefined) return false
    for (const quota of quotasOf[throttled.kind]) this.#refused.add(quota)
    const untilMs = now + throttled.retryAfterMs
    const longer = kindsOf[throttled.kind].filter(kind => untilMs > this.#pausedUntil[kind])
    const begins = longer.some(kind => untilMs > this.#pausedUntil[kind] + 1_000)
    for (const kind of longer) this.#pausedUntil[kind] = untilMs
    return begins
  }

  /** Takes what is to be told now. If the call fails, `putBack` it. */
  tell(now: number): News & { readonly pace: Answer['pace'] } {
    const news: News = {
      pauses: this.#pauses(now),
      refused: [...this.#refused],
      nearLimit: this.#nearLimit,
      unitsBeyond: this.#unitsBeyond
    }
    this.#refused.clear()
    this.#nearLimit = false
    this.#unitsBeyond = 0
    return { ...news, pace: this.#pace }
  }

  putBack({ refused, nearLimit, unitsBeyond }: News): void {
    for (const quota of refused) this.#refused.add(quota)
    this.#nearLimit ||= nearLimit
    this.#unitsBeyond += unitsBeyond
  }

  /** What the others have heard. */
  learn({ pausedForMs, pace }: Answer, askedAt: number): void {
    this.#pace = pace
    for (const kind of kindsOf.everything)
      this.#pausedUntil[kind] = Math.max(this.#pausedUntil[kind], askedAt + pausedForMs[kind])
  }

  #pauses(now: number): Partial<Record<Kind, number>> {
    const kinds = kindsOf.everything.filter(kind => this.#pausedUntil[kind] > now)
    return Object.fromEntries(kinds.map(kind => [kind, this.#pausedUntil[kind] - now]))
  }
}
