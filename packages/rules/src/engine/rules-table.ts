import type { ObjectType } from '@opendirsync/contracts'
import type { Flow, Rule } from '../rule.ts'

/**
 * Rules as tables in Markdown, for people. An inetOrgPerson has the rules of a user, each one rank lower, so the tables
 * of flows leave them out.
 */

type Direction = Rule['direction']

/** Every rule in order of precedence, and whom it is for. */
export function tableOfRules(rules: readonly Rule[]): string {
  const rows = rules
    .toSorted((one, other) => one.precedence - other.precedence)
    .map(rule => [String(rule.precedence), rule.name, rule.scope?.text ?? everyoneOf(rule)])
  return table(['precedence', 'rule', 'for whom'], rows)
}

/** What is not synchronised, in the order in which it is asked. */
export function tableOfExclusions(rules: readonly Rule[], objectType: ObjectType): string {
  const rows = ofUsersOwnClass(rules)
    .filter(rule => rule.objectType === objectType && rule.direction === 'inbound')
    .flatMap(rule => (rule.direction === 'inbound' ? (rule.exclusions ?? []) : []))
    .map(({ reason, sources, text, connect = '' }) => [code(reason.code), codes(sources), text, connect])
  return table(['code', 'reads', 'when', 'where Entra Connect does otherwise'], rows)
}

interface Chosen {
  readonly objectType: ObjectType
  readonly direction: Direction
  /** Flows that wait for a rule which reads their target, or those that do not. */
  readonly onDemand: boolean
}

/** Flows with one row each, however many rules hold it; those of one target in order of precedence. */
export function tableOfFlows(rules: readonly Rule[], { objectType, direction, onDemand }: Chosen): string {
  const chosen = ofUsersOwnClass(rules).filter(
    rule => rule.objectType === objectType && rule.direction === direction
  )
  const rulesOfFlow = new Map<Flow<never>, Rule[]>()
  for (const rule of chosen) {
    for (const flow of rule.flows as readonly Flow<never>[]) {
      if ((flow.onDemand === true) !== onDemand) continue
      rulesOfFlow.set(flow, [...(rulesOfFlow.get(flow) ?? []), rule])
    }
  }
  const targets = [...new Set([...rulesOfFlow.keys()].map(({ target }) => target))]
  const rows = [...rulesOfFlow]
    .toSorted(([one], [other]) => targets.indexOf(one.target) - targets.indexOf(other.target))
    .map(([{ target, sources, how, connect = '' }, of]) => [
      code(target),
      sources.length === 0 ? 'none' : codes(sources),
      how,
      of.map(({ precedence }) => precedence).join(', '),
      connect
    ])
  const first = direction === 'inbound' ? 'metaverse' : `Graph's ${objectType}`
  return table([first, 'from', 'how', 'rules', 'where Entra Connect does otherwise'], rows)
}

function everyoneOf(rule: Rule): string {
  const objectClass = rule.direction === 'inbound' ? rule.objectClass : undefined
  return `every ${objectClass ?? rule.objectType}`
}

function ofUsersOwnClass(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(rule => rule.direction === 'outbound' || rule.objectClass !== 'inetOrgPerson')
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => '---'), ...rows].map(row).join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('|  |', '| |')
}

function codes(names: readonly string[]): string {
  return names.map(code).join(', ')
}

function code(name: string): string {
  return `\`${name}\``
}
