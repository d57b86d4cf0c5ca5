import type { MatchOptions } from '../matching/match-options.ts'
import type { Send } from '../transport/graph-request.ts'

/** What a conversation about one object needs. */
export interface ObjectContext {
  readonly send: Send
  /** The same to Graph's beta version; absent: it is not used. */
  readonly sendBeta?: Send
  /** `https://graph.microsoft.com/v1.0`: links to next pages are absolute. */
  readonly root: string
  readonly matching: MatchOptions
  /** Ids of the accounts that are being taken over at this moment: no two objects may have one. */
  readonly takingOver: Set<string>
}
