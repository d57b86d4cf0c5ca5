import { needs, needsOfUserProperty, type PermissionChoice } from '../model/application-permissions.ts'
import type { EntryKind } from '../state/directory-entry.ts'
import { insufficientPrivileges } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'

/** What a route needs: one of these permissions, nothing, or something that depends on the request. */
export type RouteNeeds =
  | readonly PermissionChoice[]
  | 'nothing'
  | ((request: GraphRequest, ...parameters: string[]) => void)

/** Directory roles that may act on holders of any role. */
export const authenticationAdministrators = [
  'Privileged Authentication Administrator',
  'Global Administrator'
]

/** Directory roles that may reset the password of a user without a role, the least first. */
const userAdministrators = ['User Administrator', ...authenticationAdministrators]

/** Refuses with 403 what the token's permissions do not cover. */
export function requirePermission(request: GraphRequest, choices: readonly PermissionChoice[]): void {
  if (!request.tenant.application.mayUse(request.permissions, choices)) throw insufficientPrivileges()
}

export function requireRouteNeeds(request: GraphRequest, route: RouteNeeds, parameters: string[]): void {
  if (route === 'nothing') return
  if (typeof route === 'function') route(request, ...parameters)
  else requirePermission(request, route)
}

/** Some properties of users have permissions of their own; each that is set must be covered. */
export function userUpdateNeeds(request: GraphRequest): void {
  const names = bodyNames(request)
  for (const name of names.length === 0 ? ['displayName'] : names) {
    requirePermission(request, needsOfUserProperty(name))
  }
  if (!names.includes('passwordProfile')) return
  // "the calling app must be assigned a supported permission and at least the User Administrator role"
  if (!request.tenant.application.holdsRole(userAdministrators)) throw insufficientPrivileges()
}

/** Members alone need less than properties do. */
export function groupUpdateNeeds(request: GraphRequest): void {
  const names = bodyNames(request).filter(name => !name.startsWith('@odata.'))
  const onlyMembers = names.length > 0 && names.every(name => name === 'members@odata.bind')
  requirePermission(request, onlyMembers ? needs.writeMembers : needs.writeGroups)
}

const readNeeds: Readonly<Record<EntryKind, readonly PermissionChoice[]>> = {
  user: ['User.DeleteRestore.All', ...needs.readUsers],
  group: needs.readGroups,
  contact: needs.readContacts,
  directoryRole: needs.readDirectory
}

const deleteNeeds: Readonly<Record<EntryKind, readonly PermissionChoice[]>> = {
  user: needs.deleteUsers,
  group: needs.writeGroups,
  contact: [],
  directoryRole: []
}

/** The bin, all of it or of one type, or one object in it. */
export function binReadNeeds(request: GraphRequest, id: string): void {
  const kind = id === 'graph.user' ? 'user' : id === 'graph.group' ? 'group' : binKind(request, id)
  requirePermission(request, kind === undefined ? [...readNeeds.user, ...readNeeds.group] : readNeeds[kind])
}

/** Restoring and purging need what deleting needs, by type: https://learn.microsoft.com/graph/api/directory-deleteditems-restore */
export function binWriteNeeds(request: GraphRequest, id: string): void {
  const kind = binKind(request, id)
  requirePermission(
    request,
    kind === undefined ? [...deleteNeeds.user, ...deleteNeeds.group] : deleteNeeds[kind]
  )
}

export function objectDeleteNeeds(request: GraphRequest, id: string): void {
  const kind = request.tenant.directory.find(id)?.kind
  requirePermission(
    request,
    kind === undefined ? [...deleteNeeds.user, ...deleteNeeds.group] : deleteNeeds[kind]
  )
}

function binKind({ tenant: { directory } }: GraphRequest, id: string): EntryKind | undefined {
  return directory.bin.get(id.toLowerCase())?.kind
}

function bodyNames({ body }: GraphRequest): string[] {
  return typeof body === 'object' && body !== null ? Object.keys(body) : []
}
