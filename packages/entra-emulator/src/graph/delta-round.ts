import type { DeltaDisorder } from '../state/delta-disorder.ts'
import type { LinkView } from './delta-items.ts'
import type { DeltaToken } from './delta-token.ts'
import type { EntityType, Selection } from './entity.ts'
import type { Filter } from './filter.ts'
import type { GraphRequest } from './graph-request.ts'

/** One page's request in a delta query, with everything that its token and options say. */
export interface DeltaRound {
  readonly request: GraphRequest
  readonly type: EntityType
  readonly token: DeltaToken
  readonly shown: Selection
  readonly filter: Filter | undefined
  readonly link: LinkView | undefined
  readonly size: number
  readonly minimal: boolean
  readonly disorder: DeltaDisorder
}

/** What a round tells, in an order that stays the same from page to page. */
export interface DeltaItem {
  readonly item: Record<string, unknown>
  /** Where it stands: which lap (replays and removals come after the rest), which object, which piece of it. */
  readonly place: DeltaPlace
}

export interface DeltaPlace {
  readonly lap: number
  readonly position: number
  readonly piece: number
}

export interface DeltaPage {
  readonly value: Record<string, unknown>[]
  /** Where the next page goes on; `undefined` at the end of the round. */
  readonly next: DeltaPlace | undefined
}

/** The items from the token's place on, as many as a page holds. */
export function pageOf(items: Iterable<DeltaItem>, size: number): DeltaPage {
  const value: Record<string, unknown>[] = []
  for (const { item, place } of items) {
    if (value.length === size) return { value, next: place }
    value.push(item)
  }
  return { value, next: undefined }
}

/** Whether the token's page begins at this place or before it. */
export function isDue({ token }: DeltaRound, { lap, position, piece }: DeltaPlace): boolean {
  if (lap !== token.lap) return lap > token.lap
  return position === token.position ? piece >= token.piece : position > token.position
}
