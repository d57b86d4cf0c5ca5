import type { AttributeRecord, AttributeValue, Problem } from '@opendirsync/contracts'

/**
 * A problem that a rule found. `blocking`: the object is not exported until the data changes (what the tenant
 * already has stays). `warning`: the object is exported without the attribute.
 */
export interface RuleProblem extends Problem {
  readonly severity: 'blocking' | 'warning'
}

/**
 * "Say nothing": the target keeps whatever it has. It differs from `null`, which clears the target.
 * Microsoft's rules call it IgnoreThisFlow.
 */
export const noFlow: unique symbol = Symbol('no flow')

/** A value together with what is wrong about it. */
export interface Flagged {
  readonly problem: RuleProblem
  readonly value: AttributeValue | typeof noFlow
}

type FlowResult = AttributeValue | typeof noFlow | Flagged

/** What a source attribute holds: in the connected directory a list, in the metaverse a value; undefined when absent. */
export type DirectoryValues = readonly string[] | undefined

/**
 * One target attribute, computed from source attributes by a pure function. Inbound flows go from the connected
 * directory to the metaverse, outbound flows from the metaverse to the tenant. A flow reads only what it declares.
 */
export interface AttributeFlow<Source> {
  readonly target: string
  readonly sources: readonly string[]
  readonly flow: (values: Readonly<Record<string, Source>>) => FlowResult
}

export type InboundFlow = AttributeFlow<DirectoryValues>
export type OutboundFlow = AttributeFlow<AttributeValue | undefined>

interface Declared<Name extends string, Source> {
  readonly target: string
  readonly sources: readonly Name[]
  readonly flow: (values: Readonly<Record<Name, Source>>) => FlowResult
}

/** Directory to metaverse. The compiler refuses a flow that reads a source which it does not declare. */
export function inbound<const Name extends string>(flow: Declared<Name, DirectoryValues>): InboundFlow {
  return flow
}

/** Metaverse to tenant, with the same check. */
export function outbound<const Name extends string>(
  flow: Declared<Name, AttributeValue | undefined>
): OutboundFlow {
  return flow
}

/** The target is left as it is, and the reason is told. */
export function warn(problem: Problem, value: AttributeValue | typeof noFlow = noFlow): Flagged {
  return { problem: { ...problem, severity: 'warning' }, value }
}

/** The whole object is not exported. */
export function block(problem: Problem, value: AttributeValue | typeof noFlow = noFlow): Flagged {
  return { problem: { ...problem, severity: 'blocking' }, value }
}

export interface Flowed {
  readonly attributes: AttributeRecord
  readonly problems: readonly RuleProblem[]
}

/** Runs the flows in order. Where two have the same target the earlier one wins: the order is the precedence. */
export function applyFlows<Source>(
  flows: readonly AttributeFlow<Source>[],
  values: Readonly<Record<string, Source>>
): Flowed {
  const attributes: Record<string, AttributeValue> = {}
  const problems: RuleProblem[] = []
  for (const { target, flow } of flows) {
    if (target in attributes) continue
    const result = flow(values)
    const flagged = isFlagged(result)
    if (flagged) problems.push(result.problem)
    const value = flagged ? result.value : result
    if (value !== noFlow) attributes[target] = value
  }
  return { attributes, problems }
}

function isFlagged(result: FlowResult): result is Flagged {
  return typeof result === 'object' && result !== null && 'problem' in result
}
