import type { Problem, TenantReference } from '@opendirsync/contracts'
import { exportProblem } from '../export-problem.ts'
import type { Privilege } from './privilege.ts'
import type { TenantUser } from './tenant-user.ts'

export const adminRoleConflict = 'existing-admin-role-conflict'

/** Where it is known, the property by which the two met. */
type Attribute = string | undefined

export function typeMismatch(other: TenantReference, attribute: Attribute): Problem {
  return exportProblem({
    code: 'object-type-mismatch',
    attribute,
    message: `An object of another type (${other.type} ${other.entraId}) in the tenant has the same ${attribute ?? 'value'}. A user is never matched with it. Change one of the two.`,
    conflictsWith: [other]
  })
}

export function otherAnchor(user: TenantUser, attribute: Attribute): Problem {
  return exportProblem({
    code: 'invalid-soft-match',
    attribute,
    message: `The account ${named(user)} in the tenant has the same ${attribute ?? 'value'} and belongs to another object already: it has another onPremisesImmutableId. Change one of the two; or, if they are the same person, clear that onPremisesImmutableId.`,
    conflictsWith: [reference(user)]
  })
}

export function guest(user: TenantUser, attribute: Attribute): Problem {
  return exportProblem({
    code: 'invalid-soft-match',
    attribute,
    message: `The guest ${named(user)} in the tenant has the same ${attribute ?? 'value'}. A guest signs in elsewhere and is not taken over. Convert the guest to a member, or delete it.`,
    conflictsWith: [reference(user)]
  })
}

export function softMatchBlocked(user: TenantUser, variables: string, attribute: Attribute): Problem {
  return exportProblem({
    code: 'soft-match-blocked',
    attribute,
    message: `The account ${named(user)} in the tenant would be taken over, and that is blocked. If the two are the same person, allow it (${variables}) until it is done, or set the account's onPremisesImmutableId to the source anchor. Otherwise change one of the two.`,
    conflictsWith: [reference(user)]
  })
}

export function hardMatchBlocked(user: TenantUser): Problem {
  return exportProblem({
    code: 'hard-match-blocked',
    attribute: 'onPremisesImmutableId',
    message: `The account ${named(user)} in the tenant has this source anchor as its onPremisesImmutableId, and taking it over is blocked. If the two are the same person, allow it (MATCH_HARD) until it is done. Otherwise clear the account's onPremisesImmutableId.`,
    conflictsWith: [reference(user)]
  })
}

export function synchronisedElsewhere(user: TenantUser, attribute: Attribute): Problem {
  return exportProblem({
    code: 'synchronised-by-another-tool',
    attribute,
    message: `The account ${named(user)} in the tenant is under the control of Microsoft Entra Connect or Cloud Sync. Hand its source of authority over to the cloud first.`,
    conflictsWith: [reference(user)]
  })
}

export function privileged(user: TenantUser, privilege: Exclude<Privilege, 'none'>): Problem {
  const account = `The account ${named(user)} in the tenant`
  return exportProblem({
    code: adminRoleConflict,
    message:
      privilege === 'holds-role'
        ? `${account} would be taken over, but holds an administrator role or is in a group that roles can be given to. Take the role away until it is done, or give the account another name and address.`
        : `${account} would be taken over, but the application may not read all of its memberships, so it may hold an administrator role. Grant it User.Read.All and Group.Read.All.`,
    conflictsWith: [reference(user)]
  })
}

function named({ entraId, userPrincipalName }: TenantUser): string {
  return userPrincipalName === undefined ? entraId : `${userPrincipalName} (${entraId})`
}

function reference({ entraId }: TenantUser): TenantReference {
  return { type: 'User', entraId }
}
