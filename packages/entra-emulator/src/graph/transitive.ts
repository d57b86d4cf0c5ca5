import type { DirectoryEntry } from '../state/directory-entry.ts'
import type { GraphRequest } from './graph-request.ts'
import { presentEntries } from './lookup.ts'

/** Every group that the object is in, directly or through other groups. */
export function transitiveGroups(request: GraphRequest, id: string): DirectoryEntry[] {
  const { members } = request.tenant.directory
  return closure(request, id, current => members.sourcesOf(current))
}

/** Everything in the group, and in the groups in it. */
export function transitiveMembersOf(request: GraphRequest, id: string): DirectoryEntry[] {
  const { members } = request.tenant.directory
  return closure(request, id, current => members.targetsOf(current))
}

function closure(
  request: GraphRequest,
  start: string,
  next: (id: string) => Iterable<string>
): DirectoryEntry[] {
  const found = new Map<string, DirectoryEntry>()
  const waiting = [start]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const entry of presentEntries(request, next(id))) {
      if (found.has(entry.id)) continue
      found.set(entry.id, entry)
      waiting.push(entry.id)
    }
  }
  return [...found.values()]
}
