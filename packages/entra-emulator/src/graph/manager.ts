import type { DirectoryEntry } from '../state/directory-entry.ts'
import { referenceBody } from './body.ts'
import { renderTyped } from './entity.ts'
import { notFound } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { contextOf, mixedSelection, selectedNames } from './lists.ts'
import { findUser, missingReference } from './lookup.ts'
import { refuseOthers } from './query-options.ts'
import { requireOwnAuthority } from './source-of-authority.ts'

export function getManager(request: GraphRequest, key: string): GraphResponse {
  refuseOthers(request, '$select')
  const manager = requireOwnManager(request, key)
  return ok({
    '@odata.context': contextOf(request, `directoryObjects${selectedNames(request)}/$entity`),
    ...renderTyped(manager, mixedSelection(request, manager.kind))
  })
}

export function getManagerReference(request: GraphRequest, key: string): GraphResponse {
  const manager = requireOwnManager(request, key)
  return ok({
    '@odata.context': contextOf(request, '$ref'),
    '@odata.id': `${request.root}/directoryObjects/${manager.id}/Microsoft.DirectoryServices.User`
  })
}

export function putManager(request: GraphRequest, key: string): GraphResponse {
  const user = findUser(request, key)
  requireOwnAuthority(user, ['manager'])
  const manager = requireManager(request, referenceBody(request))
  const { directory } = request.tenant
  for (const earlier of directory.managers.targetsOf(user.id)) {
    if (earlier === manager.id) return noContent
    directory.unlink('managers', user, earlier)
  }
  directory.link('managers', user, manager.id)
  return noContent
}

/** Taking away a manager that is not there succeeds. */
export function deleteManager(request: GraphRequest, key: string): GraphResponse {
  const user = findUser(request, key)
  requireOwnAuthority(user, ['manager'])
  const { directory } = request.tenant
  for (const manager of directory.managers.targetsOf(user.id)) directory.unlink('managers', user, manager)
  return noContent
}

export function managerOf(request: GraphRequest, user: DirectoryEntry): DirectoryEntry | undefined {
  const { directory } = request.tenant
  for (const id of directory.managers.targetsOf(user.id)) return directory.find(id)
  return undefined
}

/** The user that is to be a manager; a reference to what is not there is refused. */
export function requireManager(request: GraphRequest, key: string): DirectoryEntry {
  const { directory } = request.tenant
  const manager = key.includes('@') ? directory.findBy('userPrincipalName', key) : directory.find(key, 'user')
  if (manager === undefined) throw missingReference(request, key)
  return manager
}

function requireOwnManager(request: GraphRequest, key: string): DirectoryEntry {
  const manager = managerOf(request, findUser(request, key))
  if (manager === undefined) throw notFound('manager')
  return manager
}
