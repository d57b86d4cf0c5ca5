import type { AttributeValue } from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'
import type { Flow, RuleScope } from '../rule.ts'
import { isFact, type Reader } from './subject.ts'

/** The rules of one direction and object type, made ready to be run target by target. */
export interface Plan<Source> {
  /** In order of precedence. */
  readonly rules: readonly PlannedRule<Source>[]
  readonly targets: readonly PlannedTarget<Source>[]
}

export interface PlannedRule<Source> {
  readonly name: string
  readonly precedence: number
  readonly objectClass: string | undefined
  readonly scope: PlannedScope<Source> | undefined
}

export interface PlannedScope<Source> extends Reader {
  readonly text: string
  readonly fits: RuleScope<Source>['fits']
}

export interface PlannedTarget<Source> {
  readonly name: string
  /** In order of precedence, and inside one rule in the order in which it lists them. */
  readonly candidates: readonly Candidate<Source>[]
}

/** One flow of one rule. */
export interface Candidate<Source> extends Reader {
  readonly rule: PlannedRule<Source>
  readonly ruleIndex: number
  readonly flow: Flow<Source>
  /** Earlier rules with the very same flow: where one of them fitted, this one gives nothing new. */
  readonly sameIn: readonly number[]
}

export type InboundPlan = Plan<DirectoryValues>
export type OutboundPlan = Plan<AttributeValue | undefined>

interface RuleOf<Source> {
  readonly name: string
  readonly precedence: number
  readonly objectClass?: string
  readonly scope?: RuleScope<Source>
  readonly flows: readonly Flow<Source>[]
}

export const inboundPlanOf = planner<DirectoryValues>(readerOf)

/** The metaverse has attributes that are called like facts, and nothing but attributes. */
export const outboundPlanOf = planner<AttributeValue | undefined>(sources => ({ sources, readsFacts: false }))

/** What reads a staged object. */
export function readerOf(sources: readonly string[]): Reader {
  return { sources, readsFacts: sources.some(isFact) }
}

/** @returns a function that takes rules in order of precedence */
function planner<Source>(
  reader: (sources: readonly string[]) => Reader
): (rules: readonly RuleOf<Source>[]) => Plan<Source> {
  return rules => {
    const planned = rules.map(({ name, precedence, objectClass, scope }) => ({
      name,
      precedence,
      objectClass,
      scope: scope && { text: scope.text, fits: scope.fits, ...reader(scope.sources) }
    }))
    const targets = new Map<string, Candidate<Source>[]>()
    for (const [ruleIndex, rule] of planned.entries()) {
      for (const flow of rules[ruleIndex]?.flows ?? []) {
        const candidates = targets.get(flow.target) ?? []
        const sameIn = candidates.filter(earlier => earlier.flow === flow).map(earlier => earlier.ruleIndex)
        candidates.push({ rule, ruleIndex, flow, sameIn, ...reader(flow.sources) })
        targets.set(flow.target, candidates)
      }
    }
    return { rules: planned, targets: [...targets].map(([name, candidates]) => ({ name, candidates })) }
  }
}
