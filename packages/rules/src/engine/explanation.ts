import type {
  AttributeRecord,
  AttributeValue,
  Judgement,
  ObjectGuid,
  ObjectType,
  Projection,
  SourceAnchor,
  StagedObject
} from '@opendirsync/contracts'
import type { Evaluation, Step } from './evaluation.ts'
import type { JoinKeysOf } from './join-keys.ts'
import { judge } from './judgement.ts'
import type { Candidate, Plan } from './plan.ts'
import { objectTypeOfEntry, project } from './projection.ts'
import type { PlansOfType } from './rule-set.ts'
import { directorySubject, metaverseSubject, type Subject, valuesFor } from './subject.ts'

/** Why the objects of one entry are what they are. Made by the same run that synchronises, writing nothing. */
export interface Explanation {
  readonly objects: readonly ExplainedObject[]
  /** Of the objects that are in scope; absent when none is. */
  readonly projection?: Projection
  readonly metaverse: readonly ExplainedAttribute[]
  /** What the tenant should have; with a blocking problem what it would get without that. */
  readonly tenant: readonly ExplainedAttribute[]
  /** Whether the rules out to the tenant are for the entry. */
  readonly outboundRules: readonly RuleVerdict[]
}

export interface ExplainedObject {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly judgement: Judgement
  /** The rule that keeps the object out, where a rule does. */
  readonly excludedBy?: string
  /** Whether the inbound rules are for the object. Empty when it is out of scope. */
  readonly rules: readonly RuleVerdict[]
}

export interface RuleVerdict {
  readonly rule: string
  readonly precedence: number
  /** In words; absent: the rule is for every object of the type. */
  readonly scope?: string
  readonly fits: boolean
}

export interface ExplainedAttribute {
  readonly attribute: string
  /** `null` clears. Absent: the rules say nothing, and the attribute stays as it is. */
  readonly value?: AttributeValue
  /** The flow that gave the value; absent when none said anything, and for the anchor that an entry has for life. */
  readonly winner?: Contribution
  /** The other flows with this target. */
  readonly others: readonly LostContribution[]
}

/** One flow of one rule, for one object. */
export interface Contribution {
  readonly rule: string
  readonly precedence: number
  readonly how: string
  /** What the flow reads, with its values; `null` where there is none. */
  readonly sources: Readonly<Record<string, AttributeValue>>
  /** The object of the directory; absent for flows that read the metaverse. */
  readonly object?: { readonly connector: string; readonly objectGuid: ObjectGuid }
}

/**
 * `scope`: the rule is not for the object. `nothing`: the flow gave no value. `failed`: its expression failed, see the
 * problems. `precedence`: another flow came first.
 */
export interface LostContribution extends Contribution {
  readonly because: 'scope' | 'nothing' | 'failed' | 'precedence'
}

export function explain(
  { contributors, anchor }: { readonly contributors: readonly StagedObject[]; readonly anchor: SourceAnchor },
  plans: Readonly<Record<ObjectType, PlansOfType>>,
  joinKeys: JoinKeysOf
): Explanation {
  const judged = contributors.map(staged => ({ staged, ...judge(staged, plans, joinKeys) }))
  const inScope = judged
    .filter(({ judgement }) => judgement.outcome === 'in-scope')
    .map(({ staged }) => staged)
  const objectType = objectTypeOfEntry(inScope)
  const described = judged.map(({ staged: { connector, objectGuid, dn }, ...rest }) => ({
    connector,
    objectGuid,
    dn,
    ...rest
  }))
  if (objectType === undefined) {
    const objects = described.map(object => ({ ...object, rules: [] }))
    return { objects, metaverse: [], tenant: [], outboundRules: [] }
  }

  const plan = plans[objectType]
  const inward: Step<readonly string[] | undefined>[] = []
  const outward: Step<AttributeValue | undefined>[] = []
  const { projection, desired, inbound, outbound } = project(
    { contributors: inScope, objectType, anchor },
    plan,
    {
      inbound: step => inward.push(step),
      outbound: step => outward.push(step)
    }
  )
  const into = {
    plan: plan.inbound,
    evaluation: inbound,
    steps: inward,
    values: projection.attributes,
    subjects: inScope.map(directorySubject),
    objects: inScope.map(({ connector, objectGuid }) => ({ connector, objectGuid }))
  }
  const out = plan.outbound &&
    outbound && {
      plan: plan.outbound,
      evaluation: outbound,
      steps: outward,
      values: desired,
      subjects: [metaverseSubject(projection.attributes)],
      objects: [undefined]
    }
  const objects = described.map((object, index) => {
    const place = inScope.indexOf(contributors[index] as StagedObject)
    return { ...object, rules: place < 0 ? [] : verdicts(into, place) }
  })
  return {
    objects,
    projection,
    metaverse: explained(into),
    tenant: out === undefined ? [] : explained(out),
    outboundRules: out === undefined ? [] : verdicts(out, 0)
  }
}

/** One run of a plan, with all that was seen of it. */
interface Run<Source> {
  readonly plan: Plan<Source>
  readonly evaluation: Evaluation<Source>
  readonly steps: readonly Step<Source>[]
  readonly values: AttributeRecord
  readonly subjects: readonly Subject<Source>[]
  readonly objects: readonly (Contribution['object'] | undefined)[]
}

function verdicts<Source>({ plan, evaluation, subjects }: Run<Source>, subjectIndex: number): RuleVerdict[] {
  const objectClass = subjects[subjectIndex]?.objectClass
  return plan.rules.flatMap(({ name, precedence, scope, objectClass: wanted }, ruleIndex) => {
    if (wanted !== undefined && wanted !== objectClass) return []
    const fits = evaluation.fits(ruleIndex, subjectIndex)
    return [{ rule: name, precedence, fits, ...(scope && { scope: scope.text }) }]
  })
}

function explained<Source extends AttributeValue | undefined>(run: Run<Source>): ExplainedAttribute[] {
  return run.plan.targets.map(({ name, candidates }) => {
    const steps = run.steps.filter(({ candidate }) => candidate.flow.target === name)
    const value = run.values[name]
    const won =
      steps.find(({ outcome }) => outcome === 'value') ?? steps.find(({ outcome }) => outcome === 'null')
    // The anchor of an entry that there is comes from no flow.
    const winner = won?.value === value ? won : undefined
    const others = candidates.flatMap(candidate =>
      run.subjects.flatMap((subject, index): LostContribution[] => {
        if (candidate === winner?.candidate && index === winner.subjectIndex) return []
        const { objectClass } = candidate.rule
        if (objectClass !== undefined && objectClass !== subject.objectClass) return []
        return [{ ...contribution(run, candidate, index), because: whyNot(run, candidate, index, steps) }]
      })
    )
    return {
      attribute: name,
      ...(value !== undefined && { value }),
      ...(winner && { winner: contribution(run, winner.candidate, winner.subjectIndex) }),
      others
    }
  })
}

function contribution<Source extends AttributeValue | undefined>(
  { subjects, objects }: Run<Source>,
  candidate: Candidate<Source>,
  subjectIndex: number
): Contribution {
  const subject = subjects[subjectIndex]
  const values = subject === undefined ? {} : valuesFor(candidate, subject)
  const object = objects[subjectIndex]
  return {
    rule: candidate.rule.name,
    precedence: candidate.rule.precedence,
    how: candidate.flow.how,
    sources: Object.fromEntries(candidate.sources.map(name => [name, values[name] ?? null])),
    ...(object && { object })
  }
}

function whyNot<Source>(
  { evaluation }: Run<Source>,
  { flow, ruleIndex }: Candidate<Source>,
  subjectIndex: number,
  steps: readonly Step<Source>[]
): LostContribution['because'] {
  if (!evaluation.fits(ruleIndex, subjectIndex)) return 'scope'
  const won = steps.find(({ outcome }) => outcome === 'value')
  const asked = steps.find(step => step.candidate.flow === flow && step.subjectIndex === subjectIndex)
  if (asked === undefined || asked === won) return 'precedence'
  return asked.outcome === 'failed' ? 'failed' : 'nothing'
}
