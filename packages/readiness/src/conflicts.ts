/**
 * What is wrong with a value because of other objects, or of the tenant. The store knows which these are; here is what
 * they mean, and how it is said.
 */

import type { AddressKey, KeyHolder, KeyOwner, TenantNeighbour } from '@opendirsync/contracts'
import { domainPart, localPart } from './address/address.ts'
import type { CheckFacts } from './check.ts'
import type { Finding, Severity } from './finding.ts'

/** An object that has a value too, and in which of its attributes. */
export type Holder = Omit<KeyHolder, 'attributes'> & { readonly attribute: string }

type Side = Pick<Holder, 'connector' | 'objectType' | 'attribute'>

const addresses = ['mail', 'proxyAddresses', 'userPrincipalName'] as const

const facts = {
  duplicate: {
    code: 'duplicate',
    attributes: [...addresses, 'targetAddress', 'mailNickname', 'sAMAccountName'],
    objectTypes: ['user', 'group', 'contact'],
    severity: 'error',
    idfix: 'Duplicate',
    why: 'Another object has the value too. Take it away from all but one.'
  },
  suffix: {
    code: 'unverified-domain',
    attributes: ['userPrincipalName'],
    objectTypes: ['user'],
    severity: 'error',
    idfix: 'TopLevelDomain',
    why: 'The domain is none that the tenant has verified, so it refuses the name. Verify it, or choose another suffix.',
    mends: 'the one verified domain, where there is just one beside onmicrosoft.com'
  },
  cloud: {
    code: 'cloud-collision',
    attributes: [...addresses, 'mailNickname'],
    objectTypes: ['user', 'group'],
    severity: 'error',
    idfix: 'Duplicate',
    why: 'An object of the tenant that is not this one has the value. Change one of the two.'
  }
} as const satisfies Record<string, CheckFacts>

/**
 * How bad it is that two different objects have one value; undefined where that is as it should be.
 *
 * mail, proxyAddresses and userPrincipalName share one space in the tenant. targetAddress says where mail goes on, so it
 * equals an address of the one who gets it. Contacts of other forests' people (GALSync) have those people's addresses.
 */
export function duplicateSeverity(space: AddressKey['space'], one: Side, other: Side): Severity | undefined {
  if (space === 'nickname') return one.connector === other.connector ? 'warning' : undefined
  if (space === 'account') return 'error'
  const contacts = one.objectType === 'contact' || other.objectType === 'contact'
  if (contacts) return one.connector === other.connector ? 'warning' : undefined
  if (one.attribute === 'targetAddress' || other.attribute === 'targetAddress') {
    return one.attribute === other.attribute ? 'warning' : undefined
  }
  return 'error'
}

/**
 * @param others objects with the same key that are not joined to the same entry: those are the same person
 * @returns undefined when none of them is in the way
 */
export function duplicateFinding(
  own: KeyOwner,
  key: AddressKey,
  others: readonly Holder[]
): Finding | undefined {
  const rated = others.map(other => ({
    other,
    severity: duplicateSeverity(key.space, { ...own, attribute: key.attribute }, other)
  }))
  const inTheWay = rated.filter(({ severity }) => severity !== undefined)
  const worst = inTheWay.find(({ severity }) => severity === 'error') ?? inTheWay[0]
  if (worst?.severity === undefined) return undefined
  const more = inTheWay.length - 1
  const whose = `${worst.other.dn} (${worst.other.attribute}, connector ${worst.other.connector})`
  const and = more === 0 ? '' : more < 5 ? ` and of ${more} more` : ' and of several more'
  return {
    attribute: key.attribute,
    code: 'duplicate',
    severity: worst.severity,
    value: key.original,
    why: `It is also a value of ${whose}${and}. ${adviceOn(key, worst.severity)}`
  }
}

function adviceOn({ space }: AddressKey, severity: Severity): string {
  if (space === 'nickname') return 'The tenant takes it, but mail names become ambiguous. Give each its own.'
  if (severity === 'warning')
    return 'The tenant may take it, but mail can reach the wrong one. Check which is right.'
  return 'The tenant takes it of one object only. Take it away from all but one.'
}

/**
 * @param value the name as the directory has it
 * @param verifiedDomains in lower case
 * @param beside what else was found: a value has one fix at a time, and the others come first
 * @returns undefined when the name's domain is verified, and when it has none (`checkObject` says so)
 */
export function suffixFinding(
  value: string,
  verifiedDomains: ReadonlySet<string>,
  attribute = 'userPrincipalName',
  beside: readonly Pick<Finding, 'attribute' | 'fix'>[] = []
): Finding | undefined {
  const name = value.trim()
  const suffix = domainPart(name)?.toLowerCase()
  if (suffix === undefined || suffix === '' || verifiedDomains.has(suffix)) return undefined
  const own = [...verifiedDomains].filter(domain => !domain.endsWith('.onmicrosoft.com'))
  const only = own.length === 1 ? own[0] : undefined
  return {
    attribute,
    code: 'unverified-domain',
    severity: 'error',
    value,
    why: `"${suffix}" is no domain that the tenant has verified, so the tenant refuses the name (Entra Connect would put mailNickname@ the initial onmicrosoft.com domain in its place). Verify the domain, or choose another suffix.`,
    ...(only !== undefined &&
      localPart(name) !== '' &&
      !beside.some(other => other.attribute === attribute && other.fix !== undefined) && {
        fix: {
          action: 'replace',
          attribute,
          from: value,
          to: `${localPart(name)}@${only}`,
          confidence: 'guess'
        }
      })
  }
}

/** An object of the tenant that did not come from this one. */
export type CloudObject = Omit<TenantNeighbour, 'immutableId'> & {
  /** True: the object will be joined to it by a soft match, when it is exported for the first time. */
  readonly matches: boolean
}

/** A value that an object of the tenant has already. */
export function cloudCollisionFinding(key: AddressKey, cloud: CloudObject): Finding {
  const name = cloud.displayName ?? cloud.userPrincipalName ?? 'without a name'
  const which = `the tenant's ${cloud.objectType} "${name}" (${cloud.entraId})`
  const found = { attribute: key.attribute, code: 'cloud-collision' as const, value: key.original }
  if (cloud.matches) {
    return {
      ...found,
      severity: 'warning',
      why: `It is a value of ${which} as well. A soft match will join the two, and the directory's values replace those of the tenant. If they are not the same, change one of them first.`
    }
  }
  if (key.space === 'nickname') {
    return {
      ...found,
      severity: 'warning',
      why: `It is a value of ${which} as well. ${adviceOn(key, 'warning')}`
    }
  }
  return {
    ...found,
    severity: 'error',
    why: `It is a value of ${which}, which is not joined to this object, so the tenant refuses it. Change it at one of the two, or join them.`
  }
}

/** The checks that need more than one object, for the table and for reports. */
export const conflictFacts: readonly CheckFacts[] = Object.values(facts)
