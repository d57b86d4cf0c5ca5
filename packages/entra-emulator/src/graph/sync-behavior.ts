import type { DirectoryEntry } from '../state/directory-entry.ts'
import { bodyObject } from './body.ts'
import { badRequest, malformed, notFound } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, noContent, ok } from './graph-request.ts'
import { contextOf } from './lists.ts'
import { findUser } from './lookup.ts'

type SwitchedKind = 'user' | 'group' | 'contact'

/** Who rules the object: https://learn.microsoft.com/graph/api/resources/onpremisessyncbehavior */
export function getSyncBehavior(kind: SwitchedKind) {
  return (request: GraphRequest, key: string): GraphResponse => {
    const entry = findOf(request, kind, key)
    return ok({
      '@odata.context': contextOf(request, `${kind}s('${entry.id}')/onPremisesSyncBehavior/$entity`),
      id: entry.id,
      isCloudManaged: entry.properties.isCloudManaged === true
    })
  }
}

/**
 * Converts a synchronised object to the cloud (`onPremisesSyncEnabled` becomes null), or makes it ready to be taken
 * back: then it stays null until Connect takes over. What never was synchronised is refused, in own words.
 */
export function updateSyncBehavior(kind: SwitchedKind) {
  return (request: GraphRequest, key: string): GraphResponse => {
    const entry = findOf(request, kind, key)
    const { isCloudManaged, ...others } = bodyObject(request)
    const [other] = Object.keys(others).filter(name => !name.startsWith('@odata.'))
    if (typeof isCloudManaged !== 'boolean' || other !== undefined) {
      throw malformed(
        "Only the property 'isCloudManaged', true or false, can be set on 'onPremisesSyncBehavior'."
      )
    }
    const { onPremisesSyncEnabled, isCloudManaged: before } = entry.properties
    if (onPremisesSyncEnabled !== true && before === undefined) {
      throw badRequest('The source of authority of an object that never was synchronised cannot be changed.')
    }
    request.tenant.directory.update(entry, {
      isCloudManaged,
      ...(isCloudManaged && { onPremisesSyncEnabled: null })
    })
    return noContent
  }
}

function findOf(request: GraphRequest, kind: SwitchedKind, key: string): DirectoryEntry {
  if (kind === 'user') return findUser(request, key)
  const entry = request.tenant.directory.find(key, kind)
  if (entry === undefined) throw notFound(key)
  return entry
}
