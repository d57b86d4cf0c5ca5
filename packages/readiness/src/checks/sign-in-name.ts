import {
  domainPart,
  hasMisplacedPeriod,
  isAddress,
  isPlainAddress,
  localPart,
  withLocalPart,
  withoutMisplacedPeriods
} from '../address/address.ts'
import { domainOfDn, isRoutableDomain, isWellFormedDomain } from '../address/domain.ts'
import { cut } from '../characters.ts'
import {
  type AttributePlan,
  first,
  type ObjectCheck,
  type Subject,
  signInAttribute,
  spacesAround
} from '../check.ts'
import { type AddressKind, addressChecks, onAddress } from './address-checks.ts'
import { unexpectedStart } from './unexpected-start.ts'

/** Entra: 113 characters in all, 64 before the @ and 48 after it (M365 "Prepare for directory synchronization"). */
const maxLength = 113
const localMaxLength = 64
const domainMaxLength = 48

const attributes = ['userPrincipalName']
const objectTypes = ['user'] as const

/** Entra: A-Z a-z 0-9 and ' . - _ ! # ^ ~ (the same page). The @ is counted by the check of the format. */
const forbidden = /[\0-\x20"$-&(-,/:-?[-\]`{-}\x7f]/

const kind: AddressKind = {
  attributes,
  objectTypes,
  name: 'The userPrincipalName',
  prefixOf: () => '',
  forbidden,
  forbiddenText: "Letters without accents, digits and ' . - _ ! # ^ ~ are accepted.",
  signsIn: true,
  complete
}

export const signInName: AttributePlan = {
  attribute: 'userPrincipalName',
  objectTypes,
  values: 'first',
  clean: isPlainAddress,
  checks: [
    spacesAround(attributes, objectTypes),
    ...addressChecks(kind),
    onAddress(kind, {
      code: 'misplaced-period',
      severity: 'error',
      idfix: 'LocalPart',
      confidence: 'guess',
      why: 'The userPrincipalName has a period right before the @, which the tenant refuses.',
      mends: 'without it',
      test: name => localPart(name).endsWith('.'),
      mend: name => withLocalPart(name, withoutMisplacedPeriods(localPart(name)))
    }),
    onAddress(kind, {
      code: 'misplaced-period',
      severity: 'warning',
      idfix: 'LocalPart',
      confidence: 'guess',
      why: 'The userPrincipalName has a period at the beginning or two in a row, so it cannot be a mail address as well.',
      mends: 'single periods, inside only',
      test: name => hasMisplacedPeriod(localPart(name)) && !localPart(name).endsWith('.'),
      mend: name => withLocalPart(name, withoutMisplacedPeriods(localPart(name)))
    }),
    unexpectedStart({ attributes, objectTypes, name: 'The userPrincipalName' }),
    onAddress(kind, {
      code: 'too-long',
      severity: 'error',
      idfix: 'Length',
      confidence: 'guess',
      why: `The userPrincipalName is too long: ${maxLength} characters in all, ${localMaxLength} before the @ and ${domainMaxLength} after it are accepted.`,
      mends: `cut before the @; none where the domain is too long`,
      test: isTooLong,
      mend: name => withLocalPart(name, cut(localPart(name), localMaxLength))
    })
  ]
}

export const missingSignInName: readonly ObjectCheck[] = [
  {
    code: 'blank',
    attributes,
    objectTypes,
    severity: 'error',
    idfix: 'Blank',
    why: 'The user has no userPrincipalName, and sAMAccountName with the AD domain makes none that the tenant takes. Set one.',
    mends: 'mail, where it can be one',
    find: subject => (isMissing(subject) && !standsIn(subject) ? [missing(subject)] : [])
  },
  {
    code: 'blank',
    attributes,
    objectTypes,
    severity: 'warning',
    idfix: 'Blank',
    why: 'The user has no userPrincipalName, so sAMAccountName with the AD domain stands in for it, as at sign-in to AD. Set the one that people know.',
    mends: 'mail, where it can be one; else sAMAccountName with the AD domain, where that is public',
    find: subject => (isMissing(subject) && standsIn(subject) ? [missing(subject)] : [])
  }
]

/** What the tenant takes as a userPrincipalName, verified domains apart. */
function isSignInName(name: string): boolean {
  const local = localPart(name)
  const domain = domainPart(name)
  return (
    domain !== undefined &&
    /^[A-Za-z0-9'._!#^~-]+$/.test(local) &&
    !local.endsWith('.') &&
    isWellFormedDomain(domain) &&
    !isTooLong(name)
  )
}

export function hasSignInName(subject: Subject): boolean {
  return isSignInName(first(subject, signInAttribute(subject)) ?? '')
}

function isTooLong(name: string): boolean {
  return (
    name.length > maxLength ||
    localPart(name).length > localMaxLength ||
    (domainPart(name)?.length ?? 0) > domainMaxLength
  )
}

/** The name of an account without userPrincipalName (MS-ADTS section 5.1.1.1.1). */
function implicitName(subject: Subject): string | undefined {
  const account = first(subject, 'sAMAccountName')
  const domain = domainOfDn(subject.dn)
  return account === undefined || domain === undefined ? undefined : `${account}@${domain}`
}

function isMissing(subject: Subject): boolean {
  return first(subject, signInAttribute(subject)) === undefined
}

function standsIn(subject: Subject): boolean {
  return isSignInName(implicitName(subject) ?? '')
}

function missing(subject: Subject) {
  const attribute = signInAttribute(subject)
  const from = subject.attributes[attribute]?.[0] ?? null
  const to = [first(subject, 'mail'), implicitName(subject)].find(
    name => name !== undefined && isSignInName(name) && isUsable(domainPart(name) ?? '', subject)
  )
  const found = { attribute, value: from ?? '' }
  return to === undefined || to === from
    ? found
    : { ...found, fix: { action: 'replace' as const, from, to, confidence: 'guess' as const } }
}

/** The name with the part that is missing: the domain from mail or the AD domain, what stands before it from the account. */
function complete(name: string, subject: Subject): string | undefined {
  const mail = first(subject, 'mail') ?? ''
  const domain = [
    domainPart(name),
    isAddress(mail) ? domainPart(mail) : undefined,
    domainOfDn(subject.dn)
  ].find(candidate => candidate !== undefined && isUsable(candidate, subject))
  const local = localPart(name).replaceAll('@', '') || first(subject, 'sAMAccountName') || ''
  const whole = `${local}@${domain ?? ''}`
  return isSignInName(whole) ? whole : undefined
}

function isUsable(domain: string, { settings }: Subject): boolean {
  return isRoutableDomain(domain) || settings.verifiedDomains?.has(domain.toLowerCase()) === true
}
