import { needs } from '../model/application-permissions.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import { isUnified } from '../state/unique-keys.ts'
import { referenceBody } from './body.ts'
import { badRequest, insufficientPrivileges, notFound, unknownReference } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { requireBindLimit, requireOwnerQuota } from './group-rules.ts'
import { castOf, contextOf, countResponse, listMixed } from './lists.ts'
import { findGroup, missingReference, presentEntries } from './lookup.ts'
import { requirePermission } from './permission-gate.ts'
import { requireRoleManagement } from './sensitive-actions.ts'
import { requireOwnAuthority } from './source-of-authority.ts'
import { transitiveGroups, transitiveMembersOf } from './transitive.ts'

export type GroupRelationship = 'members' | 'owners'

export function listRelated(relationship: GroupRelationship) {
  return (request: GraphRequest, id: string, cast?: string): GraphResponse => {
    const ids = request.tenant.directory[relationship].targetsOf(findGroup(request, id).id)
    return listMixed(request, presentEntries(request, ids), 'directoryObjects', castOf(cast))
  }
}

export function listReferences(relationship: GroupRelationship) {
  return (request: GraphRequest, id: string): GraphResponse => {
    const ids = request.tenant.directory[relationship].targetsOf(findGroup(request, id).id)
    const value = [...presentEntries(request, ids)].map(entry => ({
      '@odata.id': `${request.root}/directoryObjects/${entry.id}`
    }))
    return ok({ '@odata.context': contextOf(request, 'Collection($ref)'), value })
  }
}

export function countRelated(relationship: GroupRelationship) {
  return (request: GraphRequest, id: string): GraphResponse =>
    countResponse(request, () => {
      const ids = request.tenant.directory[relationship].targetsOf(findGroup(request, id).id)
      return [...presentEntries(request, ids)].length
    })
}

export function addReference(relationship: GroupRelationship) {
  return (request: GraphRequest, id: string): GraphResponse => {
    if (request.tenant.directory.isHidden(id)) throw unknownReference()
    const group = findGroup(request, id)
    addRelated(request, group, relationship, [referenceBody(request)])
    return noContent
  }
}

/** Owners may be removed as long as one stays; members always. */
export function removeReference(relationship: GroupRelationship) {
  return (request: GraphRequest, id: string, targetId: string): GraphResponse => {
    const group = findGroup(request, id)
    requireChangeableLinks(request, group, relationship)
    const { directory } = request.tenant
    const target = directory.find(targetId)
    if (target === undefined || !directory[relationship].has(group.id, target.id)) throw notFound(targetId)
    directory.unlink(relationship, group, target.id)
    return noContent
  }
}

/** All or nothing: one reference that is unknown or there already refuses them all. */
export function addRelated(
  request: GraphRequest,
  group: DirectoryEntry,
  relationship: GroupRelationship,
  ids: readonly string[]
): void {
  const targets = checkedTargets(request, group, relationship, ids)
  for (const target of targets) request.tenant.directory.link(relationship, group, target.id)
}

function checkedTargets(
  request: GraphRequest,
  group: DirectoryEntry,
  relationship: GroupRelationship,
  ids: readonly string[]
): DirectoryEntry[] {
  requireChangeableLinks(request, group, relationship)
  requireBindLimit(ids.length)
  const links = request.tenant.directory[relationship]
  if (relationship === 'owners') requireOwnerQuota(links.targetsOf(group.id).size + ids.length)
  const targets = requireTargets(request, group.properties, relationship, ids)
  const repeated = new Set(targets).size < targets.length
  if (repeated || targets.some(target => links.has(group.id, target.id))) {
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${relationship}'.`
    )
  }
  return targets
}

/**
 * Members of what was synchronised, of a dynamic group and of one that roles can be given to are not everybody's to
 * change (https://learn.microsoft.com/graph/api/group-post-members).
 */
function requireChangeableLinks(
  request: GraphRequest,
  group: DirectoryEntry,
  relationship: GroupRelationship
): void {
  requireRoleManagement(request, group.properties)
  if (relationship !== 'members') return
  const { groupTypes } = group.properties
  if (Array.isArray(groupTypes) && groupTypes.includes('DynamicMembership')) throw insufficientPrivileges()
  requireOwnAuthority(group, ['members'])
}

/** The objects that are to become members or owners, or the refusal of what cannot be one. */
export function requireTargets(
  request: GraphRequest,
  group: Readonly<Record<string, unknown>>,
  relationship: GroupRelationship,
  ids: readonly string[]
): DirectoryEntry[] {
  const { directory } = request.tenant
  return ids.map(id => {
    const target = id.includes('@') ? directory.findBy('userPrincipalName', id) : directory.find(id)
    if (target === undefined) throw missingReference(request, id)
    if (target.kind === 'contact') requirePermission(request, needs.readContacts)
    const obstacle = obstacleTo(target, group, relationship)
    if (obstacle !== undefined) throw badRequest(obstacle)
    return target
  })
}

/** Why an object cannot be a member or owner of the group. */
function obstacleTo(
  target: DirectoryEntry,
  group: Readonly<Record<string, unknown>>,
  relationship: GroupRelationship
): string | undefined {
  if (target.kind === 'user') return undefined
  if (target.kind === 'directoryRole') return 'A directory role cannot be in a group.'
  const what = target.kind === 'group' ? 'A group' : 'A contact'
  if (relationship === 'owners') return `${what} cannot own a group.`
  if (isUnified(group)) return `${what} cannot be a member of a Microsoft 365 group.`
  if (isUnified(target.properties)) return 'A Microsoft 365 group cannot be a member of another group.'
  return undefined
}

export function groupTransitiveMembers(request: GraphRequest, id: string, cast?: string): GraphResponse {
  const entries = transitiveMembersOf(request, findGroup(request, id).id)
  return listMixed(request, entries, 'directoryObjects', castOf(cast))
}

export function groupMemberOf(request: GraphRequest, id: string, cast?: string): GraphResponse {
  const ids = request.tenant.directory.members.sourcesOf(findGroup(request, id).id)
  return listMixed(request, presentEntries(request, ids), 'directoryObjects', castOf(cast))
}

export function groupTransitiveMemberOf(request: GraphRequest, id: string, cast?: string): GraphResponse {
  const entries = transitiveGroups(request, findGroup(request, id).id)
  return listMixed(request, entries, 'directoryObjects', castOf(cast))
}
