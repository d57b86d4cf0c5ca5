import type { Problem } from '@opendirsync/contracts'
import type { Privilege } from './privilege.ts'
import type { TenantUser } from './tenant-user.ts'

export const adminRoleConflict = 'existing-admin-role-conflict'

/** Where it is known, the property by which the two met. */
type Attribute = string | undefined

export function typeMismatch(type: string, entraId: string, attribute: Attribute): Problem {
  return problem(
    'object-type-mismatch',
    attribute,
    `An object of another type (${type} ${entraId}) in the tenant has the same ${attribute ?? 'value'}. A user is never matched with it. Change one of the two.`
  )
}

export function otherAnchor(user: TenantUser, attribute: Attribute): Problem {
  return problem(
    'invalid-soft-match',
    attribute,
    `The account ${named(user)} in the tenant has the same ${attribute ?? 'value'} and belongs to another object already: it has another onPremisesImmutableId. Change one of the two; or, if they are the same person, clear that onPremisesImmutableId.`
  )
}

export function guest(user: TenantUser, attribute: Attribute): Problem {
  return problem(
    'invalid-soft-match',
    attribute,
    `The guest ${named(user)} in the tenant has the same ${attribute ?? 'value'}. A guest signs in elsewhere and is not taken over. Convert the guest to a member, or delete it.`
  )
}

export function softMatchBlocked(user: TenantUser, variables: string, attribute: Attribute): Problem {
  return problem(
    'soft-match-blocked',
    attribute,
    `The account ${named(user)} in the tenant would be taken over, and that is blocked. If the two are the same person, allow it (${variables}) until it is done, or set the account's onPremisesImmutableId to the source anchor. Otherwise change one of the two.`
  )
}

export function hardMatchBlocked(user: TenantUser): Problem {
  return problem(
    'hard-match-blocked',
    'onPremisesImmutableId',
    `The account ${named(user)} in the tenant has this source anchor as its onPremisesImmutableId, and taking it over is blocked. If the two are the same person, allow it (MATCH_HARD) until it is done. Otherwise clear the account's onPremisesImmutableId.`
  )
}

export function synchronisedElsewhere(user: TenantUser, attribute: Attribute): Problem {
  return problem(
    'synchronised-by-another-tool',
    attribute,
    `The account ${named(user)} in the tenant is under the control of Microsoft Entra Connect or Cloud Sync. Hand its source of authority over to the cloud first.`
  )
}

export function privileged(user: TenantUser, privilege: Exclude<Privilege, 'none'>): Problem {
  const account = `The account ${named(user)} in the tenant`
  return problem(
    adminRoleConflict,
    undefined,
    privilege === 'holds-role'
      ? `${account} would be taken over, but holds an administrator role or is in a group that roles can be given to. Take the role away until it is done, or give the account another name and address.`
      : `${account} would be taken over, but the application may not read all of its memberships, so it may hold an administrator role. Grant it User.Read.All and Group.Read.All.`
  )
}

function named({ entraId, userPrincipalName }: TenantUser): string {
  return userPrincipalName === undefined ? entraId : `${userPrincipalName} (${entraId})`
}

function problem(code: string, attribute: Attribute, message: string): Problem {
  return { code, ...(attribute === undefined ? {} : { attribute }), message }
}
