import type { DirectoryEntry } from '../state/directory-entry.ts'
import { readBody } from './body.ts'
import { type EntityType, entityTypes, render, type Selection, selection } from './entity.ts'
import { badRequest, malformed } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { castOf, contextOf, countEntities, listEntities, listMixed, selectedNames } from './lists.ts'
import { findUser, presentEntries } from './lookup.ts'
import { managerOf, requireManager } from './manager.ts'
import { requireObjectQuota } from './object-quota.ts'
import { requireOnPremisesWriter } from './on-premises-attributes.ts'
import { refuseOthers } from './query-options.ts'
import { requireChangeable, requireDeletable } from './sensitive-actions.ts'
import { transitiveGroups } from './transitive.ts'
import { requireUnique } from './uniqueness.ts'
import { addressesWith, requireDomainChange, requireUserRules, storedPasswordProfile } from './user-rules.ts'

const type: EntityType = entityTypes.user

export function listUsers(request: GraphRequest): GraphResponse {
  return listEntities(request, type, expandsManager(request) ? withManager(request) : render)
}

export function countUsers(request: GraphRequest): GraphResponse {
  return countEntities(request, type)
}

export function getUser(request: GraphRequest, key: string): GraphResponse {
  refuseOthers(request, '$select', '$expand')
  const entry = findUser(request, key)
  const view = expandsManager(request) ? withManager(request) : render
  return ok({
    '@odata.context': contextOf(request, `users${selectedNames(request)}/$entity`),
    ...view(entry, selection(type, request.query.get('$select')))
  })
}

export function createUser(request: GraphRequest): GraphResponse {
  const { tenant } = request
  const { properties, binds } = readBody(request, type, 'create')
  const manager = binds.get('manager')?.[0]
  if (binds.size > 0 && !tenant.behaviour.acceptsManagerAtCreate) {
    throw badRequest('Relationships cannot be set when a user is created.')
  }
  requireUserRules(tenant, properties, 'create')
  const managerEntry = manager === undefined ? undefined : requireManager(request, manager)
  const complete = { userType: 'Member', ...stored(properties, undefined) }
  requireUnique(request, 'user', complete)
  requireObjectQuota(request)
  const entry = tenant.directory.create('user', complete)
  if (managerEntry !== undefined) tenant.directory.link('managers', entry, managerEntry.id)
  return {
    status: 201,
    headers: { Location: `${request.root}/users/${entry.id}` },
    body: {
      '@odata.context': contextOf(request, 'users/$entity'),
      ...render(entry, selection(type, undefined))
    }
  }
}

export function updateUser(request: GraphRequest, key: string): GraphResponse {
  const { tenant } = request
  const entry = findUser(request, key)
  const { properties, binds } = readBody(request, type, 'update')
  if (binds.size > 0) throw badRequest('Relationships cannot be set when a user is updated.')
  requireUserRules(tenant, properties, 'update')
  requireDomainChange(tenant, entry, properties)
  requireOnPremisesWriter(request, entry, Object.keys(properties))
  requireChangeable(request, entry, Object.keys(properties))
  const changes = stored(properties, entry)
  requireUnique(request, 'user', changes, entry)
  tenant.directory.update(entry, changes)
  return noContent
}

export function deleteUser(request: GraphRequest, key: string): GraphResponse {
  const entry = findUser(request, key)
  requireDeletable(request, entry)
  request.tenant.directory.remove(entry)
  return noContent
}

export function userMemberOf(request: GraphRequest, key: string, cast?: string): GraphResponse {
  const groups = request.tenant.directory.members.sourcesOf(findUser(request, key).id)
  return listMixed(request, presentEntries(request, groups), 'directoryObjects', castOf(cast))
}

export function userTransitiveMemberOf(request: GraphRequest, key: string, cast?: string): GraphResponse {
  const groups = transitiveGroups(request, findUser(request, key).id)
  return listMixed(request, groups, 'directoryObjects', castOf(cast))
}

export function directReports(request: GraphRequest, key: string): GraphResponse {
  const reports = request.tenant.directory.managers.sourcesOf(findUser(request, key).id)
  return listMixed(request, presentEntries(request, reports), 'directoryObjects')
}

/** What the directory keeps of what was sent: no password, and addresses that follow `mail`. */
function stored(set: Record<string, unknown>, entry: DirectoryEntry | undefined): Record<string, unknown> {
  const { passwordProfile, mail, ...rest } = set
  const kept: Record<string, unknown> = rest
  if (passwordProfile !== undefined) kept.passwordProfile = storedPasswordProfile(passwordProfile)
  if (typeof mail === 'string') {
    kept.mail = mail
    kept.proxyAddresses = addressesWith(mail, entry?.properties.proxyAddresses)
  }
  return withStoredParts(kept, entry)
}

/** Of onPremisesExtensionAttributes what is not sent stays; of employeeOrgData it is cleared. */
function withStoredParts(
  set: Record<string, unknown>,
  entry: DirectoryEntry | undefined
): Record<string, unknown> {
  const { onPremisesExtensionAttributes: attributes, employeeOrgData: data } = set
  return {
    ...set,
    ...(isParts(attributes) && {
      onPremisesExtensionAttributes: {
        ...Object(entry?.properties.onPremisesExtensionAttributes),
        ...attributes
      }
    }),
    ...(isParts(data) && { employeeOrgData: { division: null, costCenter: null, ...data } })
  }
}

function isParts(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function expandsManager(request: GraphRequest): boolean {
  const expand = request.query.get('$expand')
  if (expand === undefined) return false
  if (!/^manager(\(.*\))?$/.test(expand)) {
    throw malformed(`Parsing OData Select and Expand failed: '${expand}' cannot be expanded.`)
  }
  return true
}

function withManager(request: GraphRequest) {
  const inner = /\$select=([^;)]*)/.exec(request.query.get('$expand') ?? '')?.[1]
  const managerSelection = selection(type, inner)
  return (entry: DirectoryEntry, shown: Selection): Record<string, unknown> => {
    const manager = managerOf(request, entry)
    if (manager === undefined) return render(entry, shown)
    const view = { '@odata.type': '#microsoft.graph.user', ...render(manager, managerSelection) }
    return { ...render(entry, shown), manager: view }
  }
}
