/** What the rules say: of one staged object (a judgement), and of the entry that one or several of them make (a projection). */

import type { StagedObject } from './directory.ts'
import type { AttributeRecord, ObjectType, Problem, SourceAnchor } from './metaverse.ts'

/**
 * By what objects of different connectors are found to be the same person. Values are compared as they are, so they
 * are lower case already.
 */
export interface JoinKey {
  /** `sid`, `mail`, `account`, or `attribute:<name>`. */
  readonly space: string
  readonly value: string
  /**
   * `own`: the object has the value. `refers`: it names another object's, as msExchMasterAccountSid does. Two that
   * refer to a third are not the same.
   */
  readonly side: 'own' | 'refers'
}

/** What one object is, by itself. */
export type Judgement =
  | { readonly outcome: 'out-of-scope'; readonly reason: Problem }
  /** The rules could not be applied. What is known and exported stays as it is. */
  | { readonly outcome: 'failed'; readonly problem: Problem }
  | InScope

export interface InScope {
  readonly outcome: 'in-scope'
  readonly objectType: ObjectType
  /**
   * The anchor that an entry made by this object has. Absent: it makes none and can only join another object's, as the
   * mailbox of an account in another forest.
   */
  readonly sourceAnchor?: SourceAnchor
  readonly joinKeys: readonly JoinKey[]
}

/** What one or several joined objects are in the metaverse, and in the tenant. */
export interface Projection {
  readonly objectType: ObjectType
  /** Metaverse attributes, under AD's names. */
  readonly attributes: AttributeRecord
  /**
   * The object as the tenant should have it, under Graph's names; `null` clears, a missing name says nothing.
   * Undefined: nothing is written, and what the tenant already has of this object stays.
   */
  readonly export?: AttributeRecord
  /**
   * With `export` undefined: what goes to an object that the tenant has all the same, beside what it has. One value at
   * fault keeps back no other, above all not that a leaver is disabled.
   */
  readonly partial?: AttributeRecord
  /** With a blocking one, `export` is undefined. */
  readonly problems: readonly RuleProblem[]
}

/**
 * A problem that a rule found. `blocking`: the object is not made until the data changes; one that the tenant has keeps
 * the value that it has, and gets the others. `warning`: the object is exported without the attribute.
 */
export interface RuleProblem extends Problem {
  readonly severity: 'blocking' | 'warning'
}

/** The rules as the store needs them: pure, the same answer for the same objects. */
export interface Rules {
  judge(staged: StagedObject): Judgement
  /**
   * @param contributors the objects that are joined to one entry, each in scope, in the order in which their connectors
   * were made. The first that a rule fits gives the value where the rule has the same precedence for several.
   * @param anchor that of the entry. It is for life, whatever flows.
   */
  project(contributors: readonly StagedObject[], anchor: SourceAnchor): Projection
}

/** Where objects of AD get their source anchor from. Chosen once for the whole tenant. */
export type SourceAnchorChoice = 'consistency-guid' | 'object-guid'
