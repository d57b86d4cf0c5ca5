const SHORTEST_MS = 10_000
const LONGEST_MS = 120_000

/**
 * How long a controller may be silent in the middle of a delta import before it is left. What is new is told within
 * milliseconds, so a silence of seconds is a fault; yet one that is only slow must be waited for in the end, or the
 * importer would ask it the same for ever.
 */
export class Patience {
  #silenceMs = SHORTEST_MS

  get silenceMs(): number {
    return this.#silenceMs
  }

  answered(): void {
    this.#silenceMs = SHORTEST_MS
  }

  failed(): void {
    this.#silenceMs = Math.min(this.#silenceMs * 2, LONGEST_MS)
  }
}
