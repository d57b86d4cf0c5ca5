import { isPlainAddress, localPart, withLocalPart } from '../address/address.ts'
import {
  bodyOf,
  hasKnownPrefix,
  hasMixedCaseSmtp,
  isEmptyValue,
  isSmtp,
  isX400Or500,
  mendPrefix,
  prefixOf,
  withoutExtraColons
} from '../address/prefixed.ts'
import { type AttributePlan, type CheckFacts, everything, spacesAround, type ValueCheck } from '../check.ts'
import { type AddressKind, addressChecks, misplacedPeriod, onAddress } from './address-checks.ts'
import { cutAddress, mailMaxLength, notInLocalPartText } from './smtp-address.ts'

const attributes = ['proxyAddresses', 'targetAddress']

const kind: AddressKind = {
  attributes,
  objectTypes: everything,
  name: 'The SMTP address',
  prefixOf: value => (isSmtp(value) ? value.slice(0, 5) : undefined),
  // As of mail, but the colon has its own check.
  forbidden: /[\0-\x20"(),;<>[-\]\x7f]/,
  forbiddenText: notInLocalPartText
}

/** Of other addresses than SMTP ones. X.400 and X.500 names have spaces. */
const notInOther = /[\s<>(),[\]"]/
const notInX400 = /[\f\n\r\t\v[\]"']/

const facts = { attributes, objectTypes: everything } as const

export const proxyAddresses = plan('proxyAddresses', 'all', 'smtp')
export const targetAddress = plan('targetAddress', 'first', 'SMTP')

/** For the table: both plans have the same checks. */
function plan(attribute: string, values: AttributePlan['values'], prefix: 'SMTP' | 'smtp'): AttributePlan {
  return {
    attribute,
    objectTypes: everything,
    values,
    clean: value => isPlain(value) || isEmptyValue(value),
    checks: [
      spacesAround(attributes),
      ...prefixChecks(prefix),
      otherCharacters(),
      ...addressChecks(kind),
      misplacedPeriod(kind),
      tooLong()
    ]
  }
}

function isPlain(value: string): boolean {
  if (value.startsWith('smtp:') || value.startsWith('SMTP:'))
    return isPlainAddress(value.slice('smtp:'.length))
  if (value.startsWith('sip:')) return isPlainAddress(value.slice('sip:'.length))
  return (
    value.length <= mailMaxLength &&
    /^x500:[!-~](?:[ !#-&(-9;-Z\\^-~]*[!-~])?$/i.test(value) &&
    !/^.{5}.*["':[\]]/.test(value)
  )
}

function prefixChecks(prefix: 'SMTP' | 'smtp'): readonly ValueCheck[] {
  return [
    {
      ...facts,
      code: 'address-prefix',
      severity: 'error',
      idfix: 'Format',
      confidence: 'guess',
      why: 'The value does not begin with a prefix and a colon, as smtp: or x500: are.',
      mends: '`smtp:` (in targetAddress `SMTP:`) before what has an @',
      test: value => prefixOf(value) === undefined,
      mend: value => mendPrefix(value, prefix)
    },
    {
      ...facts,
      code: 'address-prefix',
      severity: 'warning',
      idfix: 'Format',
      confidence: 'guess',
      why: 'The prefix is none that Exchange knows, or not written as it knows it (SMTP: for the primary address, smtp: for others).',
      mends: '`smtp:` for its misspellings',
      test: value => (prefixOf(value) !== undefined && !hasKnownPrefix(value)) || hasMixedCaseSmtp(value),
      mend: value => mendPrefix(value, prefix)
    },
    {
      ...facts,
      code: 'extra-colon',
      severity: 'error',
      idfix: 'Character',
      confidence: 'guess',
      why: 'Only the prefix ends in a colon; the address after it has another one.',
      mends: 'without it, and without a doubled prefix',
      test: value => prefixOf(value) !== undefined && bodyOf(value).includes(':'),
      mend: withoutExtraColons
    }
  ]
}

function otherCharacters(): ValueCheck {
  const forbiddenIn = (value: string) => (isX400Or500(value) ? notInX400 : notInOther)
  const all = (value: string) => bodyOf(value).match(new RegExp(forbiddenIn(value), 'g')) ?? []
  return {
    ...facts,
    code: 'invalid-character',
    severity: 'error',
    idfix: 'Character',
    confidence: 'guess',
    why: `The value has characters that the tenant refuses: line ends, tabs, [ ] " and ' in X.400 and X.500 values, spaces and < > ( ) , [ ] " in other values than SMTP ones.`,
    mends: 'without them',
    test: value => !isSmtp(value) && prefixOf(value) !== undefined && forbiddenIn(value).test(bodyOf(value)),
    mend: value => {
      const body = bodyOf(value).replaceAll(new RegExp(forbiddenIn(value), 'g'), '')
      return body === '' ? undefined : `${prefixOf(value) ?? ''}:${body}`
    },
    blame: all
  }
}

function tooLong(): ValueCheck {
  const check: Omit<CheckFacts, 'attributes' | 'objectTypes'> = {
    code: 'too-long',
    severity: 'error',
    idfix: 'Length',
    why: `The value has ${mailMaxLength} characters at most, the prefix included.`,
    mends: 'an SMTP address cut before the @; none for others'
  }
  const limit = mailMaxLength - 'smtp:'.length
  const smtp = onAddress(kind, {
    ...check,
    confidence: 'guess',
    test: address => address.length > limit,
    mend: address => withLocalPart(address, cutAddress(localPart(address), address, limit))
  })
  return {
    ...smtp,
    test: value => value.length > mailMaxLength,
    mend: (value, subject) => (isSmtp(value) ? smtp.mend?.(value, subject) : undefined)
  }
}
