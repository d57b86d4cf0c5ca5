import { graphDateTime } from '../clock.ts'
import { propertiesBeforeBin } from '../state/directory.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import { entityTypes, odataTypeOf, render, type Selection, selection } from './entity.ts'
import { invalidValue, malformed, notFound } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { castOf, contextOf, deletedEntries, listEntities, listMixed, mixedSelection } from './lists.ts'
import { refuseOthers } from './query-options.ts'
import { requireDeletable } from './sensitive-actions.ts'
import { requireUnique } from './uniqueness.ts'
import { requireUserRules } from './user-rules.ts'

/** The bin, all of it or one type of it. */
export function listDeleted(request: GraphRequest): GraphResponse {
  return listMixed(request, request.tenant.directory.bin.values(), 'directoryObjects')
}

export function getDeleted(request: GraphRequest, id: string): GraphResponse {
  if (id.startsWith('graph.')) return listDeletedOf(request, id)
  refuseOthers(request, '$select')
  const entry = requireDeleted(request, id)
  return ok({
    '@odata.context': contextOf(request, 'directoryObjects/$entity'),
    '@odata.type': odataTypeOf(entry.kind),
    ...render(entry, mixedSelection(request, entry.kind)),
    ...(request.query.has('$select') ? {} : deletionOf(entry))
  })
}

export function purgeDeleted(request: GraphRequest, id: string): GraphResponse {
  request.tenant.directory.purge(requireDeleted(request, id))
  return noContent
}

/** The object returns with its links, unless its name or addresses belong to another one by now. */
export function restoreDeleted(request: GraphRequest, id: string): GraphResponse {
  const { tenant } = request
  const entry = requireDeleted(request, id)
  const { newUserPrincipalName, autoReconcileProxyConflict } = restoreOptions(request)
  if (entry.kind === 'user') requireDeletable(request, entry)
  const properties = { ...propertiesBeforeBin(entry) }
  if (newUserPrincipalName !== undefined) {
    requireUserRules(tenant, { userPrincipalName: newUserPrincipalName }, 'update')
    properties.userPrincipalName = newUserPrincipalName
  }
  if (autoReconcileProxyConflict) dropTakenAddresses(request, entry, properties)
  requireUnique(request, entry.kind, properties, entry)
  tenant.directory.restore(entry, properties)
  return ok({
    '@odata.context': contextOf(request, 'directoryObjects/$entity'),
    '@odata.type': odataTypeOf(entry.kind),
    ...render(entry, selection(entityTypes[entry.kind], undefined))
  })
}

function listDeletedOf(request: GraphRequest, cast: string): GraphResponse {
  const type = entityTypes[castOf(cast) ?? 'user']
  const view = (entry: DirectoryEntry, shown: Selection) => ({
    ...render(entry, shown),
    ...(shown.explicit ? {} : deletionOf(entry))
  })
  return listEntities(request, type, view, deletedEntries)
}

function deletionOf(entry: DirectoryEntry): Record<string, unknown> {
  const { deletedAtMs } = entry
  return { deletedDateTime: deletedAtMs === undefined ? null : graphDateTime(deletedAtMs) }
}

function requireDeleted(request: GraphRequest, id: string): DirectoryEntry {
  const entry = request.tenant.directory.bin.get(id.toLowerCase())
  if (entry === undefined) throw notFound(id)
  return entry
}

function restoreOptions({ body = {} }: GraphRequest) {
  if (typeof body !== 'object' || body === null) throw malformed('Empty Payload. JSON content expected.')
  const given: Record<string, unknown> = Object.fromEntries(Object.entries(body))
  const { newUserPrincipalName, autoReconcileProxyConflict } = given
  if (newUserPrincipalName !== undefined && typeof newUserPrincipalName !== 'string') {
    throw invalidValue('newUserPrincipalName', 'User')
  }
  return { newUserPrincipalName, autoReconcileProxyConflict: autoReconcileProxyConflict === true }
}

function dropTakenAddresses(
  { tenant: { directory } }: GraphRequest,
  entry: DirectoryEntry,
  properties: Record<string, unknown>
): void {
  const addresses = Array.isArray(properties.proxyAddresses) ? properties.proxyAddresses.map(String) : []
  const free = addresses.filter(
    address => directory.conflict(entry.kind, { proxyAddresses: [address] }, entry) === undefined
  )
  properties.proxyAddresses = free
  const { mail } = properties
  const keepsMail = typeof mail === 'string' && free.some(address => sameAddress(address, mail))
  if (!keepsMail) delete properties.mail
}

function sameAddress(proxyAddress: string, mail: string): boolean {
  return proxyAddress.toLowerCase() === `smtp:${mail.toLowerCase()}`
}
