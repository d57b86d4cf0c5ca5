import type { ObjectType } from '@opendirsync/contracts'
import { cut } from '../characters.ts'
import {
  type AttributePlan,
  everything,
  first,
  type ObjectCheck,
  type Subject,
  spacesAround,
  type ValueCheck
} from '../check.ts'

/**
 * Characters at most: M365 "Prepare for directory synchronization" for displayName and givenName, Graph's resource type
 * user for the others.
 */
const nameLimits: Readonly<Record<string, number>> = { displayName: 256, givenName: 64, sn: 64 }
const textLimits: Readonly<Record<string, number>> = {
  title: 128,
  department: 64,
  company: 64,
  streetAddress: 1024,
  postalCode: 40,
  l: 128,
  st: 128,
  co: 128,
  mobile: 64,
  employeeID: 16,
  ...Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`extensionAttribute${at + 1}`, 1024]))
}

const users: readonly ObjectType[] = ['user']

/** C0 and C1 controls, and the separators that break a line. */
const control = /[\p{Cc}\u2028\u2029]/u
const controls = new RegExp(control, 'gu')
const lines = /[\p{Cc}\u2028\u2029]+/gu
const surrogate = /\p{Surrogate}/u
const surrogates = /\p{Surrogate}/gu

export const names: readonly AttributePlan[] = Object.entries(nameLimits).map(([attribute, limit]) => ({
  attribute,
  objectTypes: attribute === 'displayName' ? everything : users,
  values: 'first',
  clean: value => value.length <= limit && /^[!-~](?:[ -~]*[!-~])?$/.test(value),
  checks: nameChecks(attribute, limit)
}))

export const texts: readonly AttributePlan[] = Object.entries(textLimits).map(([attribute, limit]) => ({
  attribute,
  objectTypes: users,
  values: 'first',
  clean: value => value.length <= limit && !surrogate.test(value),
  checks: [unpairedSurrogate([attribute], users), tooLong(attribute, limit, users)]
}))

function nameChecks(attribute: string, limit: number): readonly ValueCheck[] {
  const objectTypes = attribute === 'displayName' ? everything : users
  const attributes = [attribute]
  return [
    spacesAround(attributes, objectTypes),
    {
      code: 'control-character',
      attributes,
      objectTypes,
      severity: 'warning',
      idfix: 'Character',
      confidence: 'certain',
      why: 'The name has tabs, line ends or other control characters in it.',
      mends: 'a space instead',
      test: value => control.test(value),
      mend: value => value.replaceAll(lines, ' '),
      blame: value => value.match(controls) ?? []
    },
    unpairedSurrogate(attributes, objectTypes),
    tooLong(attribute, limit, objectTypes)
  ]
}

function unpairedSurrogate(attributes: readonly string[], objectTypes: readonly ObjectType[]): ValueCheck {
  return {
    code: 'unpaired-surrogate',
    attributes,
    objectTypes,
    severity: 'error',
    idfix: 'Character',
    confidence: 'certain',
    why: 'The value has half a character (an unpaired surrogate), which cannot be sent as UTF-8.',
    mends: 'without it',
    test: value => surrogate.test(value),
    mend: value => value.replaceAll(surrogates, ''),
    blame: value => value.match(surrogates) ?? []
  }
}

function tooLong(attribute: string, limit: number, objectTypes: readonly ObjectType[]): ValueCheck {
  return {
    code: 'too-long',
    attributes: [attribute],
    objectTypes,
    severity: 'error',
    idfix: 'Length',
    confidence: 'guess',
    why: `The value has ${limit} characters at most.`,
    mends: 'cut',
    test: value => value.length > limit,
    mend: value => cut(value, limit)
  }
}

export const missingNames: readonly ObjectCheck[] = [
  {
    code: 'blank',
    attributes: ['displayName'],
    objectTypes: everything,
    severity: 'error',
    idfix: 'Blank',
    why: 'The object has no displayName and no cn that could stand in for it. The tenant takes no object without a name.',
    find: subject => (isNameless(subject) && standIn(subject) === undefined ? [nameless(subject)] : [])
  },
  {
    code: 'blank',
    attributes: ['displayName'],
    objectTypes: everything,
    severity: 'warning',
    idfix: 'Blank',
    why: 'The object has no displayName; its cn stands in for it in the tenant.',
    mends: 'cn',
    find: subject => (isNameless(subject) && standIn(subject) !== undefined ? [nameless(subject)] : [])
  }
]

function isNameless(subject: Subject): boolean {
  return first(subject, 'displayName') === undefined
}

function standIn(subject: Subject): string | undefined {
  const name = first(subject, 'cn') ?? first(subject, 'name')
  const plain = name?.replaceAll(lines, ' ').replaceAll(surrogates, '').trim()
  return plain === undefined || plain === '' ? undefined : cut(plain, nameLimits.displayName ?? 0)
}

function nameless(subject: Subject) {
  const from = subject.attributes.displayName?.[0] ?? null
  const to = standIn(subject)
  return {
    value: from ?? '',
    ...(to !== undefined && { fix: { action: 'replace' as const, from, to, confidence: 'certain' as const } })
  }
}
