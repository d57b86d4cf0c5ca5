import type { DirectoryEntry, EntryKind, Properties } from '../state/directory-entry.ts'
import { entityTypes } from './entity.ts'
import { objectConflict } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'

/** Refuses values that another object has and only one may have. */
export function requireUnique(
  { tenant: { directory } }: GraphRequest,
  kind: EntryKind,
  set: Properties,
  entry?: DirectoryEntry
): void {
  const conflict = directory.conflict(kind, set, entry)
  if (conflict === undefined) return
  const { key, owner } = conflict
  throw objectConflict(key.property, entityTypes[owner.kind].resource, owner.id)
}
