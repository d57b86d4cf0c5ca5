import type { EntryKind } from './directory-entry.ts'

/** One thing that a delta query tells. */
export interface Change {
  readonly sequence: number
  readonly kind: EntryKind
  readonly id: string
  readonly what: 'created' | 'updated' | 'deleted' | 'purged' | 'link'
  /** The names of what was set or cleared; of the relationship, for a link. */
  readonly properties: readonly string[]
  /** The other end of a link. */
  readonly target?: string
}

/** Everything that has happened, in order, as far back as memory is given to it. */
export class ChangeLog {
  readonly #capacity: number
  #changes: Change[] = []
  #sequence = 0
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(capacity = 1_000_000) {
    this.#capacity = capacity
  }

  get sequence(): number {
    return this.#sequence
  }

  append(change: Omit<Change, 'sequence'>): void {
    this.#sequence += 1
    const noted = { ...change, sequence: this.#sequence }
    this.#changes.push(noted)
    for (const listener of this.#listeners) listener(noted)
    if (this.#changes.length > this.#capacity * 1.5) this.#changes = this.#changes.slice(-this.#capacity)
  }

  /** Tells of every change from now on, until the function that it returns is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What happened after one point and up to another, or `undefined` when that is no longer known. */
  between(after: number, until: number): readonly Change[] | undefined {
    const first = this.#changes[0]?.sequence ?? this.#sequence + 1
    if (after + 1 < first) return undefined
    return this.#changes.slice(after + 1 - first, until + 1 - first)
  }
}
