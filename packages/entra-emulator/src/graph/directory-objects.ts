import { bodyObject } from './body.ts'
import { entityTypes, renderTyped } from './entity.ts'
import { badRequest, insufficientPrivileges } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { contextOf, mixedSelection } from './lists.ts'
import { findObject, presentEntries } from './lookup.ts'
import { refuseOthers } from './query-options.ts'
import { requireDeletable } from './sensitive-actions.ts'

export function getDirectoryObject(request: GraphRequest, id: string): GraphResponse {
  refuseOthers(request, '$select')
  const entry = findObject(request, id)
  return ok({
    '@odata.context': contextOf(request, 'directoryObjects/$entity'),
    ...renderTyped(entry, mixedSelection(request, entry.kind))
  })
}

export function deleteDirectoryObject(request: GraphRequest, id: string): GraphResponse {
  const entry = findObject(request, id)
  if (entry.kind === 'user') requireDeletable(request, entry)
  else if (entry.kind !== 'group') throw insufficientPrivileges()
  request.tenant.directory.remove(entry)
  return noContent
}

const idLimit = 1000

/** Of up to 1,000 ids, those that exist, optionally of some types only. */
export function getByIds(request: GraphRequest): GraphResponse {
  refuseOthers(request, '$select')
  const { ids, types } = bodyObject(request)
  if (!isTexts(ids)) throw badRequest("Parameter 'ids' must be a collection of texts.")
  if (ids.length > idLimit) throw badRequest(`Too many elements in parameter 'ids': at most ${idLimit}.`)
  const wanted = isTexts(types) ? new Set(types.map(type => type.toLowerCase())) : undefined
  const entries = [...presentEntries(request, ids)].filter(
    entry =>
      wanted === undefined ||
      wanted.has(entityTypes[entry.kind].name.toLowerCase()) ||
      wanted.has('directoryobject')
  )
  return ok({
    '@odata.context': contextOf(request, 'directoryObjects'),
    value: entries.map(entry => renderTyped(entry, mixedSelection(request, entry.kind)))
  })
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}
