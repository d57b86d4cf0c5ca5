import type {
  AttributeRecord,
  AttributeValue,
  ObjectType,
  Projection,
  RuleProblem,
  SourceAnchor,
  StagedObject
} from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'
import { objectTypeOf } from './class-of-object.ts'
import { Evaluation, type Trace } from './evaluation.ts'
import type { InboundPlan, OutboundPlan } from './plan.ts'
import { directorySubject, metaverseSubject } from './subject.ts'

export interface ProjectingPlan {
  readonly inbound: InboundPlan
  /** Absent: objects of this type are read-only in Microsoft Graph. */
  readonly outbound: OutboundPlan | undefined
}

/** What listens to a projection, for people who ask why. */
export interface ProjectionTraces {
  readonly inbound: Trace<DirectoryValues>
  readonly outbound: Trace<AttributeValue | undefined>
}

/** A projection with what made it. */
export interface Projected {
  readonly projection: Projection
  readonly inbound: Evaluation<DirectoryValues>
  readonly outbound?: Evaluation<AttributeValue | undefined>
  /** What would be exported if nothing blocked it. */
  readonly desired: AttributeRecord
}

/** What is projected. */
interface Entry {
  readonly contributors: readonly StagedObject[]
  readonly objectType: ObjectType
  /** Of an entry that there is; it is for life, whatever flows. Empty: what flows. */
  readonly anchor: SourceAnchor
}

const contactNotExported: RuleProblem = {
  severity: 'warning',
  code: 'contact-not-exported',
  message: 'Contacts are read-only in Microsoft Graph; this one is known here and is not in the tenant.'
}

/** The type of an entry is that of its first object. */
export function objectTypeOfEntry(contributors: readonly StagedObject[]): ObjectType | undefined {
  const [first] = contributors
  return first === undefined ? undefined : objectTypeOf(first.objectClass)
}

/** Directory to metaverse, metaverse to tenant, and what is wrong on the way. */
export function project(
  { contributors, objectType, anchor }: Entry,
  plan: ProjectingPlan,
  traces?: ProjectionTraces
): Projected {
  const inbound = new Evaluation(plan.inbound, contributors.map(directorySubject), traces?.inbound)
  const attributes = inbound.attributes()
  if (anchor !== '') attributes.sourceAnchor = anchor
  if (plan.outbound === undefined) {
    const problems = [...inbound.problems, contactNotExported]
    return { projection: { objectType, attributes, problems }, inbound, desired: {} }
  }
  const outbound = new Evaluation(plan.outbound, [metaverseSubject(attributes)], traces?.outbound)
  const desired = outbound.attributes()
  const problems = inbound.problems.concat(outbound.problems)
  return { projection: decided({ objectType, attributes, problems }, desired), inbound, outbound, desired }
}

function decided(known: Omit<Projection, 'export' | 'partial'>, desired: AttributeRecord): Projection {
  const blocking = known.problems.filter(({ severity }) => severity === 'blocking')
  if (blocking.length === 0) return { ...known, export: desired }
  if (!blocking.some(({ code }) => code.startsWith('source-anchor'))) return { ...known, partial: desired }
  // Whose account it is, is in doubt: nothing of it is written. But who is disabled must not stay enabled.
  return desired.accountEnabled === false ? { ...known, partial: { accountEnabled: false } } : known
}
