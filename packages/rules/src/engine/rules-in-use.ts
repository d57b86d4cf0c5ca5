import { type ObjectType, objectTypes } from '@opendirsync/contracts'
import type { Flow, Rule } from '../rule.ts'

/**
 * The rules in order of precedence, without flows that wait for a rule which reads their target: each attribute that
 * is asked for costs time and room for everybody.
 */
export function rulesInUse(rules: readonly Rule[]): readonly Rule[] {
  return objectTypes
    .flatMap(objectType => ofTypeInUse(rules, objectType))
    .toSorted((one, other) => one.precedence - other.precedence)
}

function ofTypeInUse(rules: readonly Rule[], objectType: ObjectType): readonly Rule[] {
  const ofType = rules.filter(rule => rule.objectType === objectType)
  const read = new Set(ofType.filter(rule => rule.direction === 'outbound').flatMap(readByOutbound))
  const inUse = (flow: Flow<never>): boolean => flow.onDemand !== true || read.has(flow.target)
  return ofType.map(rule =>
    rule.direction === 'inbound' ? { ...rule, flows: rule.flows.filter(inUse) } : rule
  )
}

function readByOutbound({ flows, scope }: Extract<Rule, { direction: 'outbound' }>): readonly string[] {
  return [...flows.flatMap(({ sources }) => sources), ...(scope?.sources ?? [])]
}
