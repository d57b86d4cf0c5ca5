import type { PendingLink, Problem, WriteOutcome } from '@opendirsync/contracts'
import { later, replicationMs, type Verdict } from '../errors.ts'
import { exportProblem } from '../export-problem.ts'

/** What a verdict on one reference comes to. Adding what is there and removing what is not are done. */
export function linkOutcome({ attribute, operation }: PendingLink, verdict: Verdict): WriteOutcome {
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
      return { result: 'refused', problem: problemOf(attribute, verdict.problem) }
    case 'later':
      return later(verdict.reason, verdict.retryAfterMs, verdict.cause)
  }
}

export function written(operation: PendingLink['operation']): WriteOutcome {
  return { result: 'written', operation: operation === 'add' ? 'add-link' : 'remove-link' }
}

/** What is not known of an object is not known of a reference either, and is told of the reference. */
function problemOf(attribute: PendingLink['attribute'], problem: Problem): Problem {
  const { code, message } = problem
  if (code === 'refused-by-tenant') return exportProblem({ code: 'reference-refused', attribute, message })
  return { ...problem, attribute }
}
