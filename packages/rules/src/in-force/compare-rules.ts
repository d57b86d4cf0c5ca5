import type {
  AttributeRecord,
  AttributeValue,
  Judgement,
  ObjectType,
  Problem,
  Projection,
  RuleProblem,
  Rules,
  StagedObject
} from '@opendirsync/contracts'

/** A staged object with everything that is joined to the same entry. */
export interface Subject {
  readonly object: StagedObject
  /** The living objects of its entry, itself among them, in the order of their connectors. */
  readonly contributors: readonly StagedObject[]
  /** The entry's; undefined: it has no entry. */
  readonly anchor: string | undefined
  /** The entry was made by another object, and what becomes of it is told with that one. */
  readonly joinedBy: string | undefined
}

/**
 * What other rules would make of an object.
 * - `added`, `changed`, `deleted`: in the tenant.
 * - `blocked`: a problem keeps it from being made. An account that is there gets the `partial` rest.
 * - `unseen`: only here, in the metaverse or in how it is joined.
 */
export interface RuleChange {
  readonly kind: 'added' | 'changed' | 'deleted' | 'blocked' | 'unseen'
  readonly objectType: ObjectType
  /** As the tenant would have it; absent: it would not. */
  readonly before?: AttributeRecord
  readonly after?: AttributeRecord
  /** Without `after`: what an account that is there gets all the same. */
  readonly partial?: AttributeRecord
  /** Why it is left out, or what is wrong with it afterwards. */
  readonly problems: readonly Problem[]
}

interface Outcome {
  readonly judgement: Judgement
  /** Undefined: there is no entry, or it is another object's to tell. */
  readonly projection: Projection | undefined
}

/** Undefined: it is the same under both. */
export function compareRules(before: Rules, after: Rules, subject: Subject): RuleChange | undefined {
  const [old, now] = [outcomeOf(before, subject), outcomeOf(after, subject)]
  if (sameValue(old, now)) return undefined
  const objectType = now.projection?.objectType ?? old.projection?.objectType ?? typeOf(now, old)
  const problems = now.projection?.problems ?? reasonsOf(now.judgement)
  return {
    kind: kindOf(old.projection, now.projection),
    objectType,
    ...(old.projection?.export !== undefined && { before: old.projection.export }),
    ...(now.projection?.export !== undefined && { after: now.projection.export }),
    ...(now.projection?.partial !== undefined && { partial: now.projection.partial }),
    problems
  }
}

function outcomeOf(rules: Rules, { object, contributors, anchor, joinedBy }: Subject): Outcome {
  const judgement = rules.judge(object)
  if (judgement.outcome !== 'in-scope' || joinedBy !== undefined) return { judgement, projection: undefined }
  const judged = contributors.map(each => ({ each, judgement: rules.judge(each) }))
  const anchors = judged.flatMap(({ judgement: own }) =>
    own.outcome === 'in-scope' ? (own.sourceAnchor ?? []) : []
  )
  if (anchors.length === 0) return { judgement, projection: undefined }
  const inScope = judged.flatMap(({ each, judgement: own }) => (own.outcome === 'in-scope' ? [each] : []))
  const projection = rules.project(inScope, anchor ?? anchors[0] ?? '')
  if (anchor === undefined || anchors.includes(anchor)) return { judgement, projection }
  const { export: _held, ...rest } = projection
  return { judgement, projection: { ...rest, problems: [anchorChanged, ...rest.problems] } }
}

/** None of the objects has the entry's anchor any more: then nothing of it is exported. */
const anchorChanged: RuleProblem = {
  severity: 'blocking',
  code: 'source-anchor-changed',
  message:
    'The object would have another source anchor. An anchor is for life, so nothing of it would be exported.'
}

function kindOf(old: Projection | undefined, now: Projection | undefined): RuleChange['kind'] {
  if (old !== undefined && now === undefined) return 'deleted'
  if (now === undefined) return 'unseen'
  if (now.export === undefined) {
    return old?.export === undefined && sameValue(old?.partial, now.partial) ? 'unseen' : 'blocked'
  }
  if (sameValue(old?.export, now.export)) return 'unseen'
  return old?.export === undefined ? 'added' : 'changed'
}

function typeOf(...outcomes: readonly Outcome[]): ObjectType {
  for (const { judgement } of outcomes) if (judgement.outcome === 'in-scope') return judgement.objectType
  return 'user'
}

function reasonsOf(judgement: Judgement): readonly Problem[] {
  if (judgement.outcome === 'out-of-scope') return [judgement.reason]
  return judgement.outcome === 'failed' ? [judgement.problem] : []
}

type Comparable = AttributeValue | object | undefined

/** Plain data: records, lists, text, numbers. The order of names does not count, and an absent one is as undefined. */
function sameValue(one: Comparable, other: Comparable): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const [left, right] = [one as Record<string, Comparable>, other as Record<string, Comparable>]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every(name =>
    sameValue(left[name], right[name])
  )
}
