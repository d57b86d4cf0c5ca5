import type { DirectoryEntry } from '../state/directory-entry.ts'
import { entityTypes, render, selection } from './entity.ts'
import { notFound } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, ok } from './graph-request.ts'
import { contextOf, listEntities, listMixed, selectedNames } from './lists.ts'
import { presentEntries } from './lookup.ts'
import { refuseOthers } from './query-options.ts'

const type = entityTypes.contact

export function listContacts(request: GraphRequest): GraphResponse {
  return listEntities(request, type)
}

export function getContact(request: GraphRequest, id: string): GraphResponse {
  refuseOthers(request, '$select')
  return ok({
    '@odata.context': contextOf(request, `contacts${selectedNames(request)}/$entity`),
    ...render(findContact(request, id), selection(type, request.query.get('$select')))
  })
}

export function contactMemberOf(request: GraphRequest, id: string): GraphResponse {
  const ids = request.tenant.directory.members.sourcesOf(findContact(request, id).id)
  return listMixed(request, presentEntries(request, ids), 'directoryObjects')
}

function findContact({ tenant: { directory } }: GraphRequest, id: string): DirectoryEntry {
  const entry = directory.find(id, 'contact')
  if (entry === undefined) throw notFound(id)
  return entry
}
