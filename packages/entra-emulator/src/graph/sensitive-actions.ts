import type { DirectoryEntry } from '../state/directory-entry.ts'
import { badRequest, insufficientPrivileges } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'
import { presentEntries } from './lookup.ts'
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
  if (user.properties.onPremisesSyncEnabled === true) {
    throw badRequest(
      'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects ' +
        'currently undergoing migration.'
    )
  }
  if (names.some(name => sensitive.has(name))) requireUnprivileged(request, user)
}

/** Deleting and restoring are sensitive, too. */
export function requireDeletable(request: GraphRequest, user: DirectoryEntry): void {
  requireUnprivileged(request, user)
}

function requireUnprivileged(request: GraphRequest, user: DirectoryEntry): void {
  if (request.tenant.behaviour.writesPrivilegedUsers || !isPrivileged(request, user)) return
  throw insufficientPrivileges()
}

/** Holds a role, or is a member or owner of a group that roles can be given to. */
function isPrivileged(request: GraphRequest, { id }: DirectoryEntry): boolean {
  const { owners } = request.tenant.directory
  return [...transitiveGroups(request, id), ...presentEntries(request, owners.sourcesOf(id))].some(
    ({ kind, properties }) => kind === 'directoryRole' || properties.isAssignableToRole === true
  )
}
