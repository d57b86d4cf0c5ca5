import type { ExportStateCode, Problem, TenantReference } from '@opendirsync/contracts'

interface ProblemFacts {
  readonly code: ExportStateCode
  /** As Graph spells it. */
  readonly attribute?: string | undefined
  readonly message: string
  readonly conflictsWith?: readonly TenantReference[] | undefined
}

/** Graph repeats values in its messages, and values may be long. */
const longestMessage = 2_000

/** Why a write was refused. Every problem of this package is made here, so that each has one of the known states. */
export function exportProblem({ code, attribute, message, conflictsWith = [] }: ProblemFacts): Problem {
  return {
    code,
    ...(attribute === undefined ? {} : { attribute }),
    message: storable(message),
    ...(conflictsWith.length === 0 ? {} : { conflictsWith })
  }
}

/** PostgreSQL keeps neither NUL nor half of a surrogate pair, and one such message would hold up all that were written with it. */
function storable(message: string): string {
  return message.slice(0, longestMessage).toWellFormed().replaceAll('\0', '')
}
