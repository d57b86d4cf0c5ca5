import type { AttributeValue, ObjectType, Problem } from '@opendirsync/contracts'
import type { AttributeFlow, DirectoryValues } from './attribute-flow.ts'

/**
 * One synchronization rule, as data: whom it is for, and what flows. An inbound rule reads the attributes of one staged
 * object and writes the metaverse; an outbound rule reads the metaverse and writes what the tenant should have.
 *
 * As in Entra Connect the lower precedence wins, own rules have 1 to 99, the default ones 100 and more. Where several
 * flows have one target, the first value that is not null counts.
 */
export type Rule = InboundRule | OutboundRule

export interface InboundRule extends RuleBase<DirectoryValues> {
  readonly direction: 'inbound'
  /** Only for objects whose most specific class this is. Absent: for every class of the object type. */
  readonly objectClass?: string
  /** Objects that the scope fits are not synchronised, for this reason. Such a rule has no flows. */
  readonly excludes?: Problem
  /** Several reasons not to synchronise an object, asked in this order. */
  readonly exclusions?: readonly Exclusion[]
}

export interface OutboundRule extends RuleBase<AttributeValue | undefined> {
  readonly direction: 'outbound'
}

interface RuleBase<Source> {
  /** Unique, as a person calls it: `In from AD - User Common`. */
  readonly name: string
  readonly objectType: ObjectType
  /** 1 to 999; no two rules of one direction and object type have the same. */
  readonly precedence: number
  readonly origin: 'default' | 'own'
  /** Absent: every object of the type. */
  readonly scope?: RuleScope<Source>
  readonly flows: readonly Flow<Source>[]
}

/** Whom a rule is for. Several rules may hold the same one: it is asked once for an object. */
export interface RuleScope<Source> {
  readonly sources: readonly string[]
  /** For people, in the words of the rule's author: `mailNickname is present`. */
  readonly text: string
  readonly fits: (values: Readonly<Record<string, Source>>) => boolean
}

/** Objects that it fits are not synchronised. */
export interface Exclusion extends RuleScope<DirectoryValues> {
  readonly reason: Problem
  /** Where Entra Connect does otherwise. */
  readonly connect?: string
}

/** Several rules may hold the same flow: what it gives for an object is asked once. */
export interface Flow<Source> extends AttributeFlow<Source> {
  /** How the value comes about, for the table of rules and for people who ask: `first value, 448 characters`. */
  readonly how: string
  /** Where Entra Connect does otherwise. */
  readonly connect?: string
  /** Flows only when a rule reads the target: the tenant has no place for it by itself. */
  readonly onDemand?: true
}
