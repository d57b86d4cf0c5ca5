import type { AttributeValues, ObjectType, ProposedFix } from '@opendirsync/contracts'
import type { Finding, FindingCode, IdFixError, Severity } from './finding.ts'

/** One object, as the checks see it. */
export interface Subject {
  readonly objectType: ObjectType
  readonly dn: string
  readonly attributes: AttributeValues
  readonly settings: ReadinessSettings
}

export interface ReadinessSettings {
  /**
   * Domains that the tenant has verified, in lower case. They are not called unroutable, whatever they end in. With them
   * `suffixFinding` says what is wrong with the domain of a sign-in name, so `checkObject` does not.
   */
  readonly verifiedDomains?: ReadonlySet<string>
  /** The attribute that people sign in with (alternate login ID). Default: `userPrincipalName`. */
  readonly signInAttribute?: string
}

/** What a check is, for the table in docs/readiness.md and for reports. */
export interface CheckFacts {
  readonly code: FindingCode
  readonly attributes: readonly string[]
  readonly objectTypes: readonly ObjectType[]
  readonly severity: Severity
  readonly idfix: IdFixError
  /** What is wrong and what to do: one or two sentences. */
  readonly why: string
  /** What the proposed fix does, in a few words; absent when a person has to think of one. */
  readonly mends?: string
}

/** A check of one value. All tests run in time linear to the length of the value. */
export interface ValueCheck extends CheckFacts {
  readonly confidence: ProposedFix['confidence']
  /** True: this is wrong with the value. The value has no spaces around it, except for `spaces-around`. */
  test(value: string, subject: Subject): boolean
  /** The value without the fault; undefined or empty when there is none to propose. Called only when `test` is true. */
  mend?(value: string, subject: Subject): string | undefined
  /** The characters that are to blame. */
  blame?(value: string): Iterable<string>
}

/** A check of several values together, or of values that are missing. */
export interface ObjectCheck extends CheckFacts {
  find(subject: Subject): readonly Found[]
}

export interface Found {
  readonly value: string
  readonly fix?: Omit<ProposedFix, 'attribute'>
  /** Where it is not the check's only attribute. */
  readonly attribute?: string
}

/** The checks of the values of one attribute, in the order in which their fixes build on one another. */
export interface AttributePlan {
  readonly attribute: string
  readonly objectTypes: readonly ObjectType[]
  /** `first`: the others mean nothing to the tenant. */
  readonly values: 'first' | 'all'
  /** True: no check of this plan would find anything. False: they have to be asked. */
  readonly clean: (value: string) => boolean
  readonly checks: readonly ValueCheck[]
}

export const everything: readonly ObjectType[] = ['user', 'group', 'contact']

export const nothing: readonly Finding[] & readonly Found[] = []

export function first(subject: Subject, attribute: string): string | undefined {
  const value = subject.attributes[attribute]?.[0]?.trim()
  return value === '' ? undefined : value
}

export function signInAttribute({ settings }: Subject): string {
  return settings.signInAttribute ?? 'userPrincipalName'
}

/** The first check of every plan. The rules trim values, so the tenant never sees these spaces. */
export function spacesAround(attributes: readonly string[], objectTypes = everything): ValueCheck {
  return {
    code: 'spaces-around',
    attributes,
    objectTypes,
    severity: 'warning',
    idfix: 'Character',
    confidence: 'certain',
    why: 'There are spaces before or after the value. They are left out in the tenant; remove them in the directory too.',
    mends: 'without them',
    test: value => value !== value.trim(),
    mend: value => value.trim()
  }
}
