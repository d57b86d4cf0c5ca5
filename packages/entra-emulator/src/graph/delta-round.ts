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
}

export interface DeltaPage {
  readonly value: Record<string, unknown>[]
  /** Where the next page goes on; `undefined` at the end of the round. */
  readonly next: Pick<DeltaToken, 'position' | 'piece'> | undefined
}
