import type { Problem, Projection, SourceAnchor } from '@opendirsync/contracts'

/** What is to become of one entry, as one of the objects that are joined to it was looked at. */
export type Decision =
  | { readonly outcome: 'out-of-scope'; readonly reason: Problem }
  /** The rules could not be applied. What is known and exported stays as it is. */
  | { readonly outcome: 'failed'; readonly problem: Problem }
  | ({
      readonly outcome: 'projected'
      /** The anchors of all that are joined to the entry. One of them must be the entry's own. */
      readonly anchors: readonly SourceAnchor[]
    } & Projection)
