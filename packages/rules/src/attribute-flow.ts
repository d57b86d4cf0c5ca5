import type { AttributeValue, Problem, RuleProblem } from '@opendirsync/contracts'

/**
 * "Say nothing": the target keeps whatever it has. It differs from `null`, which clears the target.
 * Microsoft's rules call it IgnoreThisFlow.
 */
export const noFlow: unique symbol = Symbol('no flow')

/** "Clear it, whatever flows of lower rank have to say." Microsoft's rules call it AuthoritativeNull. */
export const authoritativeNull: unique symbol = Symbol('authoritative null')

/** A value together with what is wrong about it. Made by `warn` and `block`. */
export class Flagged {
  readonly problem: RuleProblem
  readonly value: AttributeValue | typeof noFlow

  constructor(problem: RuleProblem, value: AttributeValue | typeof noFlow) {
    this.problem = problem
    this.value = value
  }
}

export type FlowResult = AttributeValue | typeof noFlow | typeof authoritativeNull | Flagged

/** What a source attribute holds: in the connected directory a list, in the metaverse a value; undefined when absent. */
export type DirectoryValues = readonly string[] | undefined

/**
 * One target attribute, computed from source attributes by a pure function. Inbound flows go from the connected
 * directory to the metaverse, outbound flows from the metaverse to the tenant. A flow reads only what it declares.
 * Beside attributes, an inbound flow may read `dn`, `objectGUID` (the text), `objectClass` and `objectSid` (`S-1-5-…`).
 */
export interface AttributeFlow<Source> {
  readonly target: string
  readonly sources: readonly string[]
  readonly flow: (values: Readonly<Record<string, Source>>) => FlowResult
}

/** The target is left as it is, and the reason is told. */
export function warn(problem: Problem, value: AttributeValue | typeof noFlow = noFlow): Flagged {
  return new Flagged({ ...problem, severity: 'warning' }, value)
}

/** The whole object is not exported. */
export function block(problem: Problem, value: AttributeValue | typeof noFlow = noFlow): Flagged {
  return new Flagged({ ...problem, severity: 'blocking' }, value)
}
