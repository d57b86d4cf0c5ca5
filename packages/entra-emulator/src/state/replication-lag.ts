import { Random, type Range } from '../random.ts'

/** For how long a new or restored object is hidden from reads and references: drawn for each. */
export class ReplicationLag {
  #range: Range
  #random: Random

  constructor(range: Range, seed: number) {
    this.#range = range
    this.#random = new Random(seed)
  }

  get range(): Range {
    return this.#range
  }

  set range(range: Range) {
    this.#range = range
  }

  reseed(seed: number): void {
    this.#random = new Random(seed)
  }

  drawMs(): number {
    return Math.round(this.#random.within(this.#range))
  }
}
