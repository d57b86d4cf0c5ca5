import { needs } from '../model/application-permissions.ts'
import type { DirectoryEntry, Properties } from '../state/directory-entry.ts'
import { insufficientPrivileges } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'
import { presentEntries } from './lookup.ts'
import { authenticationAdministrators, requirePermission } from './permission-gate.ts'
import { requireOwnAuthority } from './source-of-authority.ts'
import { transitiveGroups } from './transitive.ts'

/** "Who can perform sensitive actions" (https://learn.microsoft.com/graph/api/resources/users#who-can-perform-sensitive-actions). */
const sensitive = new Set([
  'accountEnabled',
  'businessPhones',
  'mobilePhone',
  'onPremisesImmutableId',
  'otherMails',
  'passwordProfile',
  'userPrincipalName'
])

/** Refuses what an application without a high role may not change of this user, and what another tool rules. */
export function requireChangeable(
  request: GraphRequest,
  user: DirectoryEntry,
  names: readonly string[]
): void {
  requireOwnAuthority(user, names)
  if (names.some(name => sensitive.has(name))) requireUnprivileged(request, user)
}

/** Deleting and restoring are sensitive, too. */
export function requireDeletable(request: GraphRequest, user: DirectoryEntry): void {
  requireUnprivileged(request, user)
}

function requireUnprivileged(request: GraphRequest, user: DirectoryEntry): void {
  const { behaviour, application } = request.tenant
  if (behaviour.writesPrivilegedUsers || application.holdsRole(authenticationAdministrators)) return
  if (!isPrivileged(request, user)) return
  throw insufficientPrivileges()
}

/**
 * A group that roles can be given to is made, changed and filled with RoleManagement.ReadWrite.Directory only
 * (https://learn.microsoft.com/graph/api/group-post-members).
 */
export function requireRoleManagement(request: GraphRequest, group: Properties): void {
  if (group.isAssignableToRole === true) requirePermission(request, needs.writeRoleAssignableGroups)
}

/** Holds a role, or is a member or owner of a group that roles can be given to. */
function isPrivileged(request: GraphRequest, { id }: DirectoryEntry): boolean {
  const { owners } = request.tenant.directory
  return [...transitiveGroups(request, id), ...presentEntries(request, owners.sourcesOf(id))].some(
    ({ kind, properties }) => kind === 'directoryRole' || properties.isAssignableToRole === true
  )
}
