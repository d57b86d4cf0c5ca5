import type { DirectoryEntry } from '../state/directory-entry.ts'
import { type GraphError, notFound, unknownReference } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'

/** A user by id or user principal name, or the 404 that names it. */
export function findUser({ tenant: { directory } }: GraphRequest, key: string): DirectoryEntry {
  const entry = key.includes('@') ? directory.findBy('userPrincipalName', key) : directory.find(key, 'user')
  if (entry === undefined) throw notFound(key)
  return entry
}

export function findGroup({ tenant: { directory } }: GraphRequest, id: string): DirectoryEntry {
  const entry = directory.find(id, 'group')
  if (entry === undefined) throw notFound(id)
  return entry
}

export function findObject({ tenant: { directory } }: GraphRequest, id: string): DirectoryEntry {
  const entry = directory.find(id)
  if (entry === undefined) throw notFound(id)
  return entry
}

/** The objects of these ids that exist and are not in the bin. */
export function* presentEntries(
  { tenant: { directory } }: GraphRequest,
  ids: Iterable<string>
): Iterable<DirectoryEntry> {
  for (const id of ids) {
    const entry = directory.find(id)
    if (entry !== undefined) yield entry
  }
}

/** What a reference to a missing object is answered with: one that has not replicated yet is told apart. */
export function missingReference({ tenant: { directory } }: GraphRequest, id: string): GraphError {
  return directory.isHidden(id) ? unknownReference() : notFound(id)
}
