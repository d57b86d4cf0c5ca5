import type { Clock } from '../clock.ts'
import { Random, type Range } from '../random.ts'
import type { Directory } from './directory.ts'
import { LaggingReplica } from './lagging-replica.ts'

export interface StaleReadsOptions {
  /** How many of the reads are answered by the replica that lags behind, 0 to 1. */
  readonly share: number
  /** By how much it lags behind: drawn for each change. */
  readonly forMs: Range
}

/**
 * Reads that may show what was, as "Designing for Eventual Consistency for Microsoft Entra"
 * (https://devblogs.microsoft.com/identity/designing-for-eventual-consistency-for-microsoft-entra/) tells applications
 * to expect: which replica answers is drawn for every read. Writes and what they check never come here.
 */
export class StaleReads {
  readonly #primary: Directory
  readonly #clock: Clock
  #options: 'off' | StaleReadsOptions = 'off'
  #random: Random
  #replica: LaggingReplica | undefined

  constructor(primary: Directory, clock: Clock, seed: number) {
    this.#primary = primary
    this.#clock = clock
    this.#random = new Random(seed)
  }

  get options(): 'off' | StaleReadsOptions {
    return this.#options
  }

  /** From now on. A replica that is switched on begins with the present. */
  configure(options: 'off' | StaleReadsOptions): void {
    this.#options = options
    if (options === 'off') {
      this.#replica?.stop()
      this.#replica = undefined
      return
    }
    this.#replica ??= new LaggingReplica(this.#primary, this.#clock, () => this.#drawLagMs())
  }

  reseed(seed: number): void {
    this.#random = new Random(seed)
  }

  /** At the beginning of each request. */
  catchUp(): void {
    this.#replica?.catchUp()
  }

  /** What the next read is to read from. */
  directory(): Directory {
    if (this.#options === 'off' || this.#replica === undefined) return this.#primary
    return this.#random.next() < this.#options.share ? this.#replica.directory : this.#primary
  }

  #drawLagMs(): number {
    return this.#options === 'off' ? 0 : this.#random.within(this.#options.forMs)
  }
}
