/** A number, or any number between two. */
export type Range = number | { readonly min: number; readonly max: number }

/** Numbers that look random and are the same ones for the same seed (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** Draws only from a true range: a fixed number leaves the generator where it is. */
  within(range: Range): number {
    if (typeof range === 'number') return range
    return range.min + this.next() * (range.max - range.min)
  }
}
