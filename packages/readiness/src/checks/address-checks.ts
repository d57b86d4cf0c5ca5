import type { ObjectType } from '@opendirsync/contracts'
import {
  domainPart,
  hasMisplacedPeriod,
  localPart,
  withDomainPart,
  withLocalPart,
  withoutMisplacedPeriods
} from '../address/address.ts'
import { domainInAscii, isRoutableDomain, isWellFormedDomain, mendDomain } from '../address/domain.ts'
import { isAscii, nonAscii, toAscii } from '../characters.ts'
import type { Subject, ValueCheck } from '../check.ts'

/** What the checks of an address are about: which values, and which part of them is the address. */
export interface AddressKind {
  readonly attributes: readonly string[]
  readonly objectTypes: readonly ObjectType[]
  /** As it is called in a message: `The SMTP address`. */
  readonly name: string
  /** Before the address; undefined when the value has none (an `x500:` value). */
  readonly prefixOf: (value: string) => string | undefined
  /** ASCII characters that may not stand before the @. */
  readonly forbidden: RegExp
  readonly forbiddenText: string
  /** True: `suffixFinding` judges the domain where the tenant's domains are known. */
  readonly signsIn?: true
  /** The whole address when there is no @ to be found, or nothing on one side of it. */
  readonly complete?: (address: string, subject: Subject) => string | undefined
}

/** The checks that mail, userPrincipalName and SMTP values have in common. */
export function addressChecks(kind: AddressKind): readonly ValueCheck[] {
  return [
    invalidCharacter(kind),
    nonAsciiCharacter(kind),
    addressFormat(kind),
    domainFault(kind),
    unroutableDomain(kind)
  ]
}

function invalidCharacter(kind: AddressKind): ValueCheck {
  const forbidden = new RegExp(kind.forbidden, 'g')
  return onAddress(kind, {
    code: 'invalid-character',
    severity: 'error',
    idfix: 'Character',
    confidence: 'guess',
    why: `${kind.name} has characters before the @ that the tenant refuses. ${kind.forbiddenText}`,
    mends: 'without them',
    test: address => kind.forbidden.test(localPart(address)),
    mend: address => withLocalPart(address, localPart(address).replaceAll(forbidden, '')),
    blame: address => localPart(address).match(forbidden) ?? []
  })
}

function nonAsciiCharacter(kind: AddressKind): ValueCheck {
  return onAddress(kind, {
    code: 'non-ascii',
    severity: 'error',
    idfix: 'Character',
    confidence: 'guess',
    why: `${kind.name} has letters with accents or other characters outside ASCII. Write it without them.`,
    mends:
      'letters without accents, the domain as DNS has it (`xn--`); none where a letter has no like in ASCII',
    test: address => !isAscii(address),
    mend: inAscii,
    blame: nonAscii
  })
}

function inAscii(address: string): string | undefined {
  const domain = domainPart(address)
  const local = toAscii(localPart(address))
  if (local === undefined || local === '') return undefined
  if (domain === undefined) return local
  return withDomainPart(`${local}@`, domainInAscii(domain))
}

function addressFormat(kind: AddressKind): ValueCheck {
  return onAddress(kind, {
    code: 'address-format',
    severity: 'error',
    idfix: 'Format',
    confidence: 'guess',
    why: `${kind.name} must look like name@domain, with one @.`,
    mends:
      kind.complete === undefined
        ? 'only the last @ is kept'
        : 'only the last @ is kept; what is missing comes from mail, sAMAccountName and the AD domain',
    test: address => {
      const at = address.indexOf('@')
      return at < 1 || at === address.length - 1 || address.includes('@', at + 1)
    },
    mend(address, subject) {
      const domain = domainPart(address)
      const local = localPart(address).replaceAll('@', '')
      if (local !== '' && domain !== undefined && domain !== '') return `${local}@${domain}`
      return kind.complete?.(address, subject)
    }
  })
}

function domainFault(kind: AddressKind): ValueCheck {
  return onAddress(kind, {
    code: 'domain-part',
    severity: 'error',
    idfix: 'DomainPart',
    confidence: 'guess',
    why: `What stands after the @ is no domain: labels of letters, digits and inner hyphens, 63 characters at most, two of them or more.`,
    mends: 'without characters, periods and hyphens that cannot be in a domain',
    test: address => {
      const domain = domainPart(address)
      return domain !== undefined && domain !== '' && isAscii(domain) && !isWellFormedDomain(domain)
    },
    mend: address => withDomainPart(address, mendDomain(domainPart(address) ?? ''))
  })
}

function unroutableDomain(kind: AddressKind): ValueCheck {
  return onAddress(kind, {
    code: 'unroutable-domain',
    severity: 'warning',
    idfix: 'TopLevelDomain',
    confidence: 'guess',
    why: `The domain is under no suffix of the public list (as .local and .corp are not), so no tenant can verify it and no mail finds it. Use a domain of yours.`,
    test(address, { settings }) {
      const domain = domainPart(address)
      if (kind.signsIn === true && settings.verifiedDomains !== undefined) return false
      return (
        domain !== undefined &&
        isWellFormedDomain(domain) &&
        !isRoutableDomain(domain) &&
        settings.verifiedDomains?.has(domain.toLowerCase()) !== true
      )
    }
  })
}

export function misplacedPeriod(kind: AddressKind): ValueCheck {
  return onAddress(kind, {
    code: 'misplaced-period',
    severity: 'error',
    idfix: 'LocalPart',
    confidence: 'guess',
    why: `${kind.name} has a period at the beginning, right before the @, or two in a row.`,
    mends: 'single periods, inside only',
    test: address => hasMisplacedPeriod(localPart(address)),
    mend: address => withLocalPart(address, withoutMisplacedPeriods(localPart(address)))
  })
}

type OnAddress = Omit<ValueCheck, 'attributes' | 'objectTypes'>

/** A check of the address, made one of the whole value. */
export function onAddress(kind: AddressKind, check: OnAddress): ValueCheck {
  const { attributes, objectTypes, prefixOf } = kind
  const addressOf = (value: string) => {
    const prefix = prefixOf(value)
    return prefix === undefined ? undefined : value.slice(prefix.length)
  }
  const { mend, blame } = check
  return {
    ...check,
    attributes,
    objectTypes,
    test(value, subject) {
      const address = addressOf(value)
      return address !== undefined && address.trim() !== '' && check.test(address, subject)
    },
    ...(mend && {
      mend(value: string, subject: Subject) {
        const mended = mend(addressOf(value) ?? '', subject)
        return mended === undefined || mended === '' ? undefined : `${prefixOf(value) ?? ''}${mended}`
      }
    }),
    ...(blame && { blame: (value: string) => blame(addressOf(value) ?? '') })
  }
}
