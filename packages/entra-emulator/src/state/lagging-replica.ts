import type { Clock } from '../clock.ts'
import type { Change } from './change-log.ts'
import { Directory, type Relationship } from './directory.ts'

interface Pending {
  readonly change: Change
  readonly dueMs: number
}

/**
 * A copy of the tenant's objects and links that learns of each change some time later. It copies the newest state
 * when a change is due, so that it ends where the primary is, in whatever order changes become due.
 */
export class LaggingReplica {
  readonly #primary: Directory
  readonly #copy: Directory
  readonly #clock: Clock
  readonly #drawLagMs: () => number
  #pending: Pending[] = []
  #nextDueMs = Number.POSITIVE_INFINITY
  #lastCreationDueMs = 0
  readonly #stopListening: () => void

  constructor(primary: Directory, clock: Clock, drawLagMs: () => number) {
    this.#primary = primary
    this.#clock = clock
    this.#drawLagMs = drawLagMs
    this.#copy = new Directory({ clock, lagMs: () => 0, binKeepsImmutableIds: false })
    for (const entries of Object.values(primary.live)) {
      for (const entry of entries.values()) this.#copy.place({ ...entry })
    }
    for (const entry of primary.bin.values()) this.#copy.place({ ...entry })
    for (const relationship of relationships) this.#copy[relationship].copyFrom(primary[relationship])
    this.#stopListening = primary.changes.listen(change => this.#note(change))
  }

  /** To be read only, after `catchUp`. */
  get directory(): Directory {
    return this.#copy
  }

  /** Learns of what is due. Before each request: one that changes an object must not tell of itself by this. */
  catchUp(): void {
    const nowMs = this.#clock.now()
    if (nowMs < this.#nextDueMs) return
    const due = this.#pending.filter(({ dueMs }) => dueMs <= nowMs)
    this.#pending = this.#pending.filter(({ dueMs }) => dueMs > nowMs)
    this.#nextDueMs = this.#pending.reduce(
      (soonest, { dueMs }) => Math.min(soonest, dueMs),
      Number.POSITIVE_INFINITY
    )
    for (const { change } of due) this.#apply(change)
  }

  stop(): void {
    this.#stopListening()
  }

  /** Creations become due in their order: that is the order of lists, by which pages are cut. */
  #note(change: Change): void {
    let dueMs = this.#clock.now() + this.#drawLagMs()
    if (change.what === 'created') {
      dueMs = Math.max(dueMs, this.#lastCreationDueMs)
      this.#lastCreationDueMs = dueMs
    }
    this.#pending.push({ change, dueMs })
    this.#nextDueMs = Math.min(this.#nextDueMs, dueMs)
  }

  #apply(change: Change): void {
    if (change.what === 'link') this.#applyLink(change)
    else this.#applyObject(change)
  }

  #applyObject({ id, kind, what }: Change): void {
    const theirs = this.#primary.live[kind].get(id)
    const mine = this.#copy.live[kind].get(id)
    if (theirs !== undefined && theirs.ordinal === mine?.ordinal) {
      this.#copy.place({ ...theirs })
      return
    }
    this.#copy.displace(id, kind)
    const binned = this.#primary.bin.get(id)
    if (binned !== undefined) this.#copy.place({ ...binned })
    // One that was restored meanwhile comes when its restore is due, at the end of the list.
    else if (theirs !== undefined && what === 'created') this.#copy.place({ ...theirs })
    if (what === 'purged') for (const relationship of relationships) this.#copy[relationship].forget(id)
  }

  #applyLink({ id, target, properties: [name] }: Change): void {
    const relationship = relationships.find(each => each === (name === 'manager' ? 'managers' : name))
    if (relationship === undefined || target === undefined) return
    if (this.#primary[relationship].has(id, target)) this.#copy[relationship].add(id, target)
    else this.#copy[relationship].remove(id, target)
  }
}

const relationships: readonly Relationship[] = ['members', 'owners', 'managers']
