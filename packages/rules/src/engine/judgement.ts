import type { Judgement, ObjectType, Problem, StagedObject } from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'
import type { InboundRule } from '../rule.ts'
import { objectTypeOf } from './class-of-object.ts'
import { Evaluation, scopeFailed } from './evaluation.ts'
import type { JoinKeysOf } from './join-keys.ts'
import { type InboundPlan, type PlannedScope, type PlannedTarget, readerOf } from './plan.ts'
import { outsideScope } from './scope-parts.ts'
import { type DirectorySubject, directorySubject, valuesFor } from './subject.ts'

/** What an object of one type is judged by. */
export interface JudgingPlan {
  readonly inbound: InboundPlan
  readonly exclusions: readonly PlannedExclusion[]
  readonly sourceAnchor: PlannedTarget<DirectoryValues> | undefined
}

interface PlannedExclusion {
  readonly rule: string
  readonly objectClass: string | undefined
  /** Absent: every object of the type. */
  readonly scope: PlannedScope<DirectoryValues> | undefined
  readonly reason: Problem
}

/** @param rules of one object type, in order of precedence */
export function judgingPlanOf(rules: readonly InboundRule[], inbound: InboundPlan): JudgingPlan {
  return {
    inbound,
    exclusions: rules.flatMap(exclusionsOf),
    sourceAnchor: inbound.targets.find(({ name }) => name === 'sourceAnchor')
  }
}

function exclusionsOf({
  name,
  objectClass,
  scope,
  excludes,
  exclusions = []
}: InboundRule): PlannedExclusion[] {
  const own = excludes === undefined ? [] : [{ scope, reason: excludes }]
  const listed = exclusions.map(exclusion => ({ scope: exclusion, reason: exclusion.reason }))
  return [...own, ...listed].map(({ scope: fitting, reason }) => ({
    rule: name,
    objectClass,
    scope: fitting && { text: fitting.text, fits: fitting.fits, ...readerOf(fitting.sources) },
    reason
  }))
}

/** A judgement, and the rule that excluded the object where one did. */
export interface Judged {
  readonly judgement: Judgement
  readonly excludedBy?: string
}

const deleted: Problem = { code: 'deleted', message: 'The object was deleted in the directory.' }

/** What one staged object is by itself. Deleted, of another class, outside the scope: that comes before all rules. */
export function judge(
  staged: StagedObject,
  plans: Readonly<Record<ObjectType, JudgingPlan>>,
  joinKeys: JoinKeysOf
): Judged {
  if (staged.deleted) return outOfScope(deleted)
  const objectType = objectTypeOf(staged.objectClass)
  if (objectType === undefined) {
    return outOfScope({
      code: 'object-class-not-synchronised',
      attribute: 'objectClass',
      message: `Objects of class ${staged.objectClass} are not synchronised; users, groups and contacts are.`
    })
  }
  const part = staged.outOfScope ?? undefined
  if (part !== undefined) return outOfScope(outsideScope[part])

  const subject = directorySubject(staged)
  const plan = plans[objectType]
  const excluded = exclusion(plan, subject)
  if (excluded !== undefined) return excluded

  const keys = joinKeys(staged, objectType)
  const sourceAnchor = anchorOf(plan, subject)
  const inScope = { outcome: 'in-scope', objectType, joinKeys: keys } as const
  return { judgement: sourceAnchor === undefined ? inScope : { ...inScope, sourceAnchor } }
}

/** An exclusion that fails decides nothing: neither in nor out would be right. */
function exclusion({ exclusions }: JudgingPlan, subject: DirectorySubject): Judged | undefined {
  for (const { rule, objectClass, scope, reason } of exclusions) {
    if (objectClass !== undefined && objectClass !== subject.objectClass) continue
    try {
      if (scope !== undefined && !scope.fits(valuesFor(scope, subject))) continue
    } catch (error) {
      const { severity: _, ...problem } = scopeFailed({ name: rule }, error)
      return { judgement: { outcome: 'failed', problem }, excludedBy: rule }
    }
    return { ...outOfScope(reason), excludedBy: rule }
  }
  return undefined
}

function anchorOf({ inbound, sourceAnchor }: JudgingPlan, subject: DirectorySubject): string | undefined {
  if (sourceAnchor === undefined) return undefined
  const anchor = new Evaluation(inbound, [subject]).valueOf(sourceAnchor)
  return typeof anchor === 'string' && anchor !== '' ? anchor : undefined
}

function outOfScope(reason: Problem): Judged {
  return { judgement: { outcome: 'out-of-scope', reason } }
}
