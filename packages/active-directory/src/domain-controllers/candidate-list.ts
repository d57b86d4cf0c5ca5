import { UnavailableError } from '@opendirsync/contracts'
import type { Candidate } from './find-candidates.ts'

const FRESH_FOR_MS = 60_000

/**
 * The candidates as they were last found. Looked up again at most every 60 s, unless the caller insists because none of
 * them works. While DNS is silent the last answer stays in use.
 */
export class CandidateList {
  readonly #find: () => Promise<readonly Candidate[]>
  readonly #now: () => number
  #found: readonly Candidate[] | undefined
  #foundAt = 0

  constructor(find: () => Promise<readonly Candidate[]>, now: () => number) {
    this.#find = find
    this.#now = now
  }

  async read(): Promise<readonly Candidate[]> {
    const fresh = this.#now() - this.#foundAt < FRESH_FOR_MS
    return this.#found !== undefined && fresh ? this.#found : this.readAgain()
  }

  async readAgain(): Promise<readonly Candidate[]> {
    try {
      this.#found = await this.#find()
      this.#foundAt = this.#now()
    } catch (error) {
      if (this.#found === undefined || !(error instanceof UnavailableError)) throw error
    }
    return this.#found
  }
}
