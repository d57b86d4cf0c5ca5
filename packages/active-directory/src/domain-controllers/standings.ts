const FIRST_ASIDE_MS = 30_000
const LONGEST_ASIDE_MS = 5 * 60_000
const FAULTS_FORGOTTEN_AFTER_MS = 15 * 60_000

interface Standing {
  readonly faults: number
  readonly lastFaultAt: number
  readonly asideUntil: number
  readonly reason: string
}

/** A controller that is passed over for now. */
export interface PutAside {
  readonly url: string
  readonly reason: string
  /** Of the clock that was passed in. */
  readonly untilMs: number
}

/**
 * What is remembered of each controller, by URL: when it was tried, and how long it is put aside for its faults. 30 s for
 * the first fault, twice as long for each that follows, at most 5 minutes. Times are milliseconds of any clock.
 */
export class Standings {
  readonly #standings = new Map<string, Standing>()
  readonly #triedAt = new Map<string, number>()
  #lastGood: string | undefined

  tried(url: string, now: number): void {
    this.#triedAt.set(url, now)
  }

  /** It works: it is the first choice from now on. Its faults are forgotten only with time, since it may come and go. */
  good(url: string): void {
    const standing = this.#standings.get(url)
    if (standing !== undefined)
      this.#standings.set(url, { ...standing, asideUntil: Number.NEGATIVE_INFINITY })
    this.#lastGood = url
  }

  putAside(url: string, reason: string, now: number): void {
    const before = this.#standings.get(url)
    const forgotten = before === undefined || now - before.lastFaultAt > FAULTS_FORGOTTEN_AFTER_MS
    const faults = forgotten ? 1 : before.faults + 1
    const asideMs = Math.min(FIRST_ASIDE_MS * 2 ** (faults - 1), LONGEST_ASIDE_MS)
    this.#standings.set(url, { faults, lastFaultAt: now, asideUntil: now + asideMs, reason })
    if (this.#lastGood === url) this.#lastGood = undefined
  }

  /** The last good one first, then those in their own order, then those put aside, least recently tried first. */
  order<T extends { readonly url: string }>(candidates: readonly T[], now: number): T[] {
    const rank = ({ url }: T) => {
      if (this.#isAside(url, now)) return 2
      return url === this.#lastGood ? 0 : 1
    }
    const triedAt = ({ url }: T) => this.#triedAt.get(url) ?? Number.NEGATIVE_INFINITY
    return [...candidates].sort((a, b) => {
      const difference = rank(a) - rank(b)
      if (difference !== 0 || rank(a) !== 2) return difference
      return triedAt(a) === triedAt(b) ? 0 : triedAt(a) - triedAt(b)
    })
  }

  aside(now: number): PutAside[] {
    return [...this.#standings]
      .filter(([url]) => this.#isAside(url, now))
      .map(([url, { reason, asideUntil }]) => ({ url, reason, untilMs: asideUntil }))
  }

  #isAside(url: string, now: number): boolean {
    return (this.#standings.get(url)?.asideUntil ?? Number.NEGATIVE_INFINITY) > now
  }
}
