import type { ObjectType, Rules, SourceAnchor, StagedObject } from '@opendirsync/contracts'
import { defaultRulesOf } from '../default-rules/default-rules.ts'
import type { InboundRule, OutboundRule, Rule } from '../rule.ts'
import type { OwnRules, RuleSettings } from '../rule-settings.ts'
import { type Explanation, explain } from './explanation.ts'
import { joinKeysOf } from './join-keys.ts'
import { judge, judgingPlanOf } from './judgement.ts'
import { inboundPlanOf, outboundPlanOf } from './plan.ts'
import { objectTypeOfEntry, project } from './projection.ts'
import { rulesInUse } from './rules-in-use.ts'
import { isFact } from './subject.ts'

/** Rules made ready to be applied: pure, the same answer for the same objects. */
export interface RuleSet extends Rules {
  /** In order of precedence, own and default ones, with the flows that are in use. */
  readonly rules: readonly Rule[]
  readonly settings: RuleSettings
  /**
   * Why the objects of one entry are what they are. Those that are out of scope contribute nothing.
   *
   * @param anchor that of the entry; absent: it has none yet, and gets what flows
   */
  explain(contributors: readonly StagedObject[], anchor?: SourceAnchor): Explanation
  /**
   * Every AD attribute that some rule reads, sorted. Import asks the directory for exactly these, and for the links
   * (`linkAttributes` in contracts), which are staged as rows. Attributes that a directory's schema lacks (those of
   * Exchange) are simply absent from its answers.
   */
  readonly sourceAttributes: readonly string[]
  /** The Graph properties that the flows own; nothing else is ever written. */
  readonly exportedAttributes: Readonly<Record<Exclude<ObjectType, 'contact'>, readonly string[]>>
}

/** The default rules, with own ones before them. */
export function compileRules(own: OwnRules = { settings: {}, rules: [] }): RuleSet {
  const { settings } = own
  const rules = rulesInUse([...own.rules, ...defaultRulesOf(settings)])
  const plans = {
    user: plansOf(rules, 'user'),
    group: plansOf(rules, 'group'),
    contact: plansOf(rules, 'contact')
  }
  const joinKeys = joinKeysOf(settings.join ?? 'sid')
  return {
    rules,
    settings,
    judge: staged => judge(staged, plans, joinKeys).judgement,
    project(contributors, anchor) {
      const objectType = objectTypeOfEntry(contributors)
      if (objectType === undefined) return { objectType: 'user', attributes: {}, problems: [] }
      return project({ contributors, objectType, anchor }, plans[objectType]).projection
    },
    explain: (contributors, anchor = '') => explain({ contributors, anchor }, plans, joinKeys),
    sourceAttributes: sourcesOf(rules, joinKeys.sources),
    exportedAttributes: { user: targetsOf(plans.user), group: targetsOf(plans.group) }
  }
}

export type PlansOfType = ReturnType<typeof plansOf>

function plansOf(rules: readonly Rule[], objectType: ObjectType) {
  const ofType = rules.filter(rule => rule.objectType === objectType)
  const inboundRules = ofType.filter((rule): rule is InboundRule => rule.direction === 'inbound')
  const outboundRules = ofType.filter((rule): rule is OutboundRule => rule.direction === 'outbound')
  const inbound = inboundPlanOf(inboundRules)
  const outbound = objectType === 'contact' ? undefined : outboundPlanOf(outboundRules)
  return { ...judgingPlanOf(inboundRules, inbound), outbound }
}

function targetsOf({ outbound }: PlansOfType): readonly string[] {
  return outbound?.targets.map(({ name }) => name) ?? []
}

function sourcesOf(rules: readonly Rule[], ofJoins: readonly string[]): readonly string[] {
  const declared = rules
    .filter(rule => rule.direction === 'inbound')
    .flatMap(({ flows, scope, exclusions = [] }) => [...flows, ...exclusions, ...(scope ? [scope] : [])])
    .flatMap(({ sources }) => sources)
  return [...new Set([...declared, ...ofJoins])].filter(name => !isFact(name)).sort()
}
