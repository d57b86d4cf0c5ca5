import type { EmulatedTenant } from '../emulated-tenant.ts'
import type { DirectoryEntry, Properties } from '../state/directory-entry.ts'
import { badRequest, invalidValue } from './graph-error.ts'

/** The rules of users that need the tenant or more than one property. */
export function requireUserRules(tenant: EmulatedTenant, set: Properties, mode: 'create' | 'update'): void {
  if (typeof set.userPrincipalName === 'string') {
    requireUserPrincipalName(set.userPrincipalName)
    requireVerifiedDomain(tenant, set.userPrincipalName)
    if (mode === 'create') requireImmutableIdWhenFederated(tenant, set.userPrincipalName, set)
  }
  if (set.passwordProfile !== undefined) requirePassword(set.passwordProfile, mode)
}

/** Letters without accents, digits and ' . - _ ! # ^ ~; 64 before and 48 after the sign; no dot before it. */
const namePattern = /^(?!.*\.@)[A-Za-z0-9'._\-!#^~]{1,64}@[A-Za-z0-9.-]{1,48}$/

function requireUserPrincipalName(name: string): void {
  if (!namePattern.test(name)) {
    throw badRequest('One or more properties contains invalid values.', [
      { code: 'InvalidValue', target: 'userPrincipalName' }
    ])
  }
}

function requireVerifiedDomain({ tenant }: EmulatedTenant, userPrincipalName: string): void {
  const name = domainOf(userPrincipalName)
  if (tenant.domains.some(domain => domain.isVerified && domain.name === name)) return
  throw badRequest(
    'The domain portion of the userPrincipalName property is invalid. You must use one of the verified ' +
      'domain names in your organization.',
    [{ code: 'InvalidValue', target: 'userPrincipalName' }]
  )
}

function requireImmutableIdWhenFederated(
  tenant: EmulatedTenant,
  userPrincipalName: string,
  set: Properties
): void {
  if (isFederated(tenant, domainOf(userPrincipalName)) && typeof set.onPremisesImmutableId !== 'string') {
    throw badRequest('One or more properties contains invalid values.')
  }
}

/**
 * A name in a federated domain needs the onPremisesImmutableId that a new user there needs. No page says what a change
 * without it is answered: it is answered as the creation is.
 */
export function requireDomainChange(tenant: EmulatedTenant, user: DirectoryEntry, set: Properties): void {
  if (typeof set.userPrincipalName !== 'string') return
  requireImmutableIdWhenFederated(tenant, set.userPrincipalName, { ...user.properties, ...set })
  if (!tenant.behaviour.refusesFederatedDomainChange) return
  const [before, after] = [String(user.properties.userPrincipalName), set.userPrincipalName].map(domainOf)
  if (before !== after && [before, after].every(name => isFederated(tenant, name))) {
    throw badRequest('One or more properties contains invalid values.')
  }
}

function isFederated({ tenant }: EmulatedTenant, name: string | undefined): boolean {
  return tenant.domains.some(each => each.name === name && each.authenticationType === 'Federated')
}

function domainOf(userPrincipalName: string): string {
  return userPrincipalName.slice(userPrincipalName.indexOf('@') + 1).toLowerCase()
}

/** 8 to 256 characters of printable ASCII, of three of the four classes. */
function requirePassword(profile: unknown, mode: 'create' | 'update'): void {
  const password = passwordOf(profile)
  if (password === undefined) {
    if (mode === 'create') throw invalidValue('passwordProfile', 'User')
    return
  }
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter(each => each.test(password)).length
  if (/^[\x20-\x7e]{8,256}$/.test(password) && classes >= 3) return
  throw badRequest(
    'The specified password does not comply with password complexity requirements. Please provide a ' +
      'different password.',
    [{ code: 'PasswordComplexity', target: 'passwordProfile' }]
  )
}

function passwordOf(profile: unknown): string | undefined {
  if (typeof profile !== 'object' || profile === null || !('password' in profile)) return undefined
  return typeof profile.password === 'string' ? profile.password : undefined
}

/** The addresses that a user has once `mail` is its primary one. Earlier addresses stay, as secondary ones. */
export function addressesWith(mail: string, earlier: unknown): string[] {
  const others = Array.isArray(earlier) ? earlier.filter(each => typeof each === 'string') : []
  const secondary = others
    .filter(each => each.toLowerCase() !== `smtp:${mail.toLowerCase()}`)
    .map(each => (each.startsWith('SMTP:') ? `smtp:${each.slice('SMTP:'.length)}` : each))
  return [`SMTP:${mail}`, ...secondary]
}

/** What is kept of a password profile: never the password. */
export function storedPasswordProfile(profile: unknown): Record<string, unknown> {
  const given =
    typeof profile === 'object' && profile !== null ? Object.fromEntries(Object.entries(profile)) : {}
  return {
    forceChangePasswordNextSignIn: given.forceChangePasswordNextSignIn ?? true,
    forceChangePasswordNextSignInWithMfa: given.forceChangePasswordNextSignInWithMfa ?? false,
    password: null
  }
}
