import type { WriteOperation, WriteOutcome } from '@opendirsync/contracts'
import { later, replicationMs, type Verdict } from '../errors.ts'

/** What a verdict on the object itself comes to. A missing one is taken for one that is not known everywhere yet. */
export function outcomeOf(verdict: Verdict, operation: WriteOperation, entraId?: string): WriteOutcome {
  switch (verdict.kind) {
    case 'done':
      return { result: 'written', operation, ...(entraId === undefined ? {} : { entraId }) }
    case 'refused':
      return { result: 'refused', problem: verdict.problem }
    case 'later':
      return later(verdict.reason, verdict.retryAfterMs, verdict.cause)
    default:
      return later('The object is not known everywhere yet.', replicationMs)
  }
}
