import type { AttributeRecord, ObjectType, Problem, SourceAnchor, StagedObject } from '@opendirsync/contracts'
import {
  applyFlows,
  type DirectoryValues,
  type InboundFlow,
  type OutboundFlow,
  type RuleProblem
} from './attribute-flow.ts'
import { contactInbound } from './contacts/flows.ts'
import { groupInbound, groupOutbound } from './groups/flows.ts'
import { exclusionOf, objectTypeOfClass, outsideScope } from './scope.ts'
import { userInbound, userOutbound } from './users/flows.ts'

export type Synchronised = OutOfScope | Projected

/** The object is not for the tenant; an object that it has there is to be deprovisioned. */
export interface OutOfScope {
  readonly outcome: 'out-of-scope'
  readonly reason: Problem
}

export interface Projected {
  readonly outcome: 'projected'
  readonly objectType: ObjectType
  readonly sourceAnchor: SourceAnchor
  /** Metaverse attributes, under AD's names. */
  readonly attributes: AttributeRecord
  /**
   * The object as the tenant should have it, under Graph's names; `null` clears, a missing name says nothing.
   * Undefined: nothing is written, and what the tenant already has of this object stays.
   */
  readonly export?: AttributeRecord
  /** With `export` undefined: what goes to an object of the tenant all the same, beside what it has. */
  readonly urgent?: AttributeRecord
  /** With a blocking one, `export` is undefined. */
  readonly problems: readonly RuleProblem[]
}

/** Every inbound flow, by object type. */
export const inboundFlows: Readonly<Record<ObjectType, readonly InboundFlow[]>> = {
  user: userInbound,
  group: groupInbound,
  contact: contactInbound
}

/** Every outbound flow, by object type. Contacts have none: they are read-only in Microsoft Graph. */
export const outboundFlows: Readonly<Record<Exclude<ObjectType, 'contact'>, readonly OutboundFlow[]>> = {
  user: userOutbound,
  group: groupOutbound
}

const contactNotExported: RuleProblem = {
  severity: 'warning',
  code: 'contact-not-exported',
  message: 'Contacts are read-only in Microsoft Graph; this one is known here and is not in the tenant.'
}

/**
 * Scope, projection, attribute flow and validation of one staged object. The same object always gives the same
 * answer: no clock, no lookup, no state. Links (manager, member) are rows and do not pass through here.
 */
export function synchronise(staged: StagedObject): Synchronised {
  if (staged.deleted)
    return outOfScope({ code: 'deleted', message: 'The object was deleted in the directory.' })

  const objectType = objectTypeOfClass[staged.objectClass]
  if (objectType === undefined) {
    return outOfScope({
      code: 'object-class-not-synchronised',
      attribute: 'objectClass',
      message: `Objects of class ${staged.objectClass} are not synchronised; users, groups and contacts are.`
    })
  }

  const part = staged.outOfScope ?? undefined
  if (part !== undefined) return outOfScope(outsideScope[part])

  const values = directoryValues(staged)
  const exclusion = exclusionOf(objectType, values)
  return exclusion === undefined ? project(objectType, values) : outOfScope(exclusion)
}

function project(objectType: ObjectType, values: Readonly<Record<string, DirectoryValues>>): Projected {
  const { attributes, problems: inward } = applyFlows(inboundFlows[objectType], values)
  const projected = {
    outcome: 'projected',
    objectType,
    sourceAnchor: String(attributes.sourceAnchor),
    attributes
  } as const
  if (objectType === 'contact') return { ...projected, problems: [...inward, contactNotExported] }

  const { attributes: desired, problems: outward } = applyFlows(outboundFlows[objectType], attributes)
  const problems = [...inward, ...outward]
  const blocked = problems.some(({ severity }) => severity === 'blocking')
  if (!blocked) return { ...projected, export: desired, problems }
  // A person who is disabled must not stay enabled in the tenant because of an address that is wrong.
  const isDisabled = desired.accountEnabled === false
  return { ...projected, problems, ...(isDisabled && { urgent: { accountEnabled: false } }) }
}

/** The staged attributes, with the two facts of the object itself that rules may declare as sources. */
function directoryValues(staged: StagedObject): Readonly<Record<string, DirectoryValues>> {
  return { ...staged.attributes, dn: [staged.dn], objectGUID: [staged.objectGuid] }
}

function outOfScope(reason: Problem): OutOfScope {
  return { outcome: 'out-of-scope', reason }
}
