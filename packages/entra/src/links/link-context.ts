import type { PendingLink, WriteOutcome } from '@opendirsync/contracts'
import type { Send } from '../transport/graph-request.ts'

/** What a conversation about one object's links needs. */
export interface LinkContext {
  readonly send: Send
  /** Where it puts what became of each link. */
  readonly report: (link: PendingLink, outcome: WriteOutcome) => void
  /** `https://graph.microsoft.com/v1.0`: references are absolute. */
  readonly root: string
}
