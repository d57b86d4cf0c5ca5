import type { DirectoryEntry } from '../state/directory-entry.ts'
import { defaultDomain } from '../state/tenant.ts'
import { isUnified } from '../state/unique-keys.ts'
import { type Body, readBody } from './body.ts'
import { type EntityType, entityTypes, render, selection } from './entity.ts'
import { badRequest, notFound } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { requireBindLimit, requireGroupType } from './group-rules.ts'
import { contextOf, countEntities, listEntities, selectedNames } from './lists.ts'
import { findGroup } from './lookup.ts'
import { addRelated, type GroupRelationship, requireTargets } from './members.ts'
import { requireObjectQuota } from './object-quota.ts'
import { refuseOthers } from './query-options.ts'
import { requireRoleManagement } from './sensitive-actions.ts'
import { requireOwnAuthority } from './source-of-authority.ts'
import { requireUnique } from './uniqueness.ts'

const type: EntityType = entityTypes.group

export function listGroups(request: GraphRequest): GraphResponse {
  return listEntities(request, type)
}

export function countGroups(request: GraphRequest): GraphResponse {
  return countEntities(request, type)
}

export function getGroup(request: GraphRequest, id: string): GraphResponse {
  return groupResponse(request, findGroup(request, id))
}

export function getGroupByUniqueName(request: GraphRequest, uniqueName: string): GraphResponse {
  return groupResponse(request, requireByUniqueName(request, uniqueName))
}

export function createGroup(request: GraphRequest): GraphResponse {
  return createdResponse(request, create(request, readBody(request, type, 'create')))
}

export function updateGroup(request: GraphRequest, id: string): GraphResponse {
  return update(request, findGroup(request, id))
}

/** Upsert: with `Prefer: create-if-missing` a group that is not there is created with this name. */
export function upsertGroup(request: GraphRequest, uniqueName: string): GraphResponse {
  const entry = request.tenant.directory.findBy('uniqueName', uniqueName)
  if (entry !== undefined) return update(request, entry)
  if (!/\bcreate-if-missing\b/i.test(request.headers.prefer ?? '')) throw notFound(uniqueName)
  const body = readBody(request, type, 'create')
  const given = body.properties.uniqueName
  if (given !== undefined && given !== uniqueName) {
    throw badRequest("The value of property 'uniqueName' differs from the key of the request.")
  }
  return createdResponse(
    request,
    create(request, { ...body, properties: { ...body.properties, uniqueName } })
  )
}

export function deleteGroup(request: GraphRequest, id: string): GraphResponse {
  return remove(request, findGroup(request, id))
}

export function deleteGroupByUniqueName(request: GraphRequest, uniqueName: string): GraphResponse {
  return remove(request, requireByUniqueName(request, uniqueName))
}

function remove(request: GraphRequest, group: DirectoryEntry): GraphResponse {
  requireRoleManagement(request, group.properties)
  request.tenant.directory.remove(group)
  return noContent
}

function create(request: GraphRequest, { properties, binds }: Body): DirectoryEntry {
  const { directory } = request.tenant
  requireRoleManagement(request, properties)
  requireGroupType(properties)
  const related = relatedIds(binds)
  requireBindLimit(related.reduce((count, [, ids]) => count + ids.length, 0))
  const targets = related.map(
    ([relationship, ids]) => [relationship, requireTargets(request, properties, relationship, ids)] as const
  )
  const complete = withDefaults(request, properties)
  requireUnique(request, 'group', complete)
  requireObjectQuota(request)
  const group = directory.create('group', complete)
  for (const [relationship, entries] of targets) {
    for (const { id } of new Set(entries)) directory.link(relationship, group, id)
  }
  return group
}

/** Properties or members, not both: Graph keeps them apart, and so a refusal changes nothing. */
function update(request: GraphRequest, entry: DirectoryEntry): GraphResponse {
  const { properties, binds } = readBody(request, type, 'update')
  const related = relatedIds(binds)
  if (related.length > 1) throw badRequest('Only one relationship can be changed in one request.')
  const [owned] = related
  if (Object.keys(properties).length > 0) {
    const after = { ...entry.properties, ...properties }
    requireRoleManagement(request, entry.properties)
    requireOwnAuthority(entry, Object.keys(properties))
    requireGroupType(after)
    requireUnique(request, 'group', { ...properties, groupTypes: after.groupTypes }, entry)
  }
  if (owned !== undefined) addRelated(request, entry, owned[0], owned[1])
  if (Object.keys(properties).length > 0) request.tenant.directory.update(entry, properties)
  return noContent
}

function relatedIds(binds: Body['binds']): [GroupRelationship, readonly string[]][] {
  return [...binds].map(([name, ids]) => {
    if (name !== 'members' && name !== 'owners') {
      throw badRequest(`Property '${name}' cannot be bound on type 'microsoft.graph.group'.`)
    }
    return [name, ids]
  })
}

function withDefaults(request: GraphRequest, set: Record<string, unknown>): Record<string, unknown> {
  const common = { groupTypes: [], ...set }
  if (!isUnified(set)) return common
  const mail = `${String(set.mailNickname)}@${defaultDomain(request.tenant.tenant)}`
  return { visibility: 'Public', ...common, mail, proxyAddresses: [`SMTP:${mail}`] }
}

function requireByUniqueName(request: GraphRequest, uniqueName: string): DirectoryEntry {
  const entry = request.tenant.directory.findBy('uniqueName', uniqueName)
  if (entry === undefined) throw notFound(uniqueName)
  return entry
}

function groupResponse(request: GraphRequest, entry: DirectoryEntry): GraphResponse {
  refuseOthers(request, '$select')
  return ok({
    '@odata.context': contextOf(request, `groups${selectedNames(request)}/$entity`),
    ...render(entry, selection(type, request.query.get('$select')))
  })
}

function createdResponse(request: GraphRequest, entry: DirectoryEntry): GraphResponse {
  return {
    status: 201,
    headers: { Location: `${request.root}/groups/${entry.id}` },
    body: {
      '@odata.context': contextOf(request, 'groups/$entity'),
      ...render(entry, selection(type, undefined))
    }
  }
}
