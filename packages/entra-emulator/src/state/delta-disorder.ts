/**
 * What delta queries are documented to do at times, and do here only when it is asked for: replays, changes that
 * appear late, pages without items, small pieces (https://learn.microsoft.com/graph/delta-query-overview).
 */
export interface DeltaDisorder {
  /** The same seed meets the same objects. */
  readonly seed: number
  /** The share (0 to 1) of objects that are told again: later in the same round, and once more in the next one. */
  readonly replayed: number
  /** The share (0 to 1) of changed objects that a round leaves to the next one. */
  readonly delayed: number
  /** The share (0 to 1) of pages that an empty page with a link goes before. */
  readonly emptyPages: number
  /** How many references one occurrence of an object tells; more make it occur again, on later pages, too. */
  readonly referencesPerItem: number
  /** Items on a page, unless the request prefers another number. */
  readonly pageSize: number
  /** Whether a first round tells what lies in the bin, as removed. */
  readonly removedAtFirst: boolean
}

export const orderlyDelta: DeltaDisorder = {
  seed: 1,
  replayed: 0,
  delayed: 0,
  emptyPages: 0,
  referencesPerItem: 500,
  pageSize: 200,
  removedAtFirst: false
}

/** Whether chance meets this; the same answer for the same seed and text. */
export function isMet(seed: number, share: number, text: string): boolean {
  if (share <= 0) return false
  return hash(`${seed}:${text}`) / 0x1_0000_0000 < share
}

/** FNV-1a, mixed once more so that texts with one beginning spread. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  return (value ^ (value >>> 13)) >>> 0
}
