import type { PendingLink, WriteOutcome } from '@opendirsync/contracts'
import { later, replicationMs, type Verdict } from '../errors.ts'

/** What a verdict on one reference comes to. Adding what is there and removing what is not are done. */
export function linkOutcome({ operation }: PendingLink, verdict: Verdict): WriteOutcome {
  switch (verdict.kind) {
    case 'done':
    case 'reference-exists':
    case 'reference-missing':
      return written(operation)
    case 'missing':
      return operation === 'remove'
        ? written(operation)
        : later('One of the two objects is not there, or not known everywhere yet.', replicationMs, 'missing')
    case 'refused':
      return { result: 'refused', problem: verdict.problem }
    case 'later':
      return later(verdict.reason, verdict.retryAfterMs, verdict.cause)
  }
}

export function written(operation: PendingLink['operation']): WriteOutcome {
  return { result: 'written', operation: operation === 'add' ? 'add-link' : 'remove-link' }
}
