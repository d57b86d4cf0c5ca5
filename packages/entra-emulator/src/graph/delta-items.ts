import type { DirectoryEntry, EntryKind } from '../state/directory-entry.ts'
import { odataTypeOf, propertyValue, type Selection } from './entity.ts'
import type { GraphRequest } from './graph-request.ts'
import { presentEntries } from './lookup.ts'

export interface LinkView {
  /** As the answer names it: `manager`, `members`. */
  readonly name: 'manager' | 'members'
  readonly relationship: 'managers' | 'members'
}

/** The relationship that a delta query of this kind follows, unless its `$select` leaves it out. */
export function followedLink(kind: EntryKind, shown: Selection): LinkView | undefined {
  if (kind !== 'user' && kind !== 'group') return undefined
  const link: LinkView =
    kind === 'user'
      ? { name: 'manager', relationship: 'managers' }
      : { name: 'members', relationship: 'members' }
  return shown.explicit && !shown.relationships.includes(link.name) ? undefined : link
}

/** Properties that have a value, and those that have just lost it. What was never set is left out. */
export function deltaProperties(
  entry: DirectoryEntry,
  shown: Selection,
  changed: ReadonlySet<string> = new Set(),
  onlyChanged = false
): Record<string, unknown> {
  const view: Record<string, unknown> = { id: entry.id }
  for (const property of shown.properties) {
    const hasChanged = changed.has(property.name)
    if (onlyChanged && !hasChanged) continue
    if (hasChanged || entry.properties[property.name] !== undefined) {
      view[property.name] = propertyValue(entry, property)
    }
  }
  return view
}

/** The object once, or as often as its references need; each time with its properties and some of them. */
export function piecesOf(
  properties: Record<string, unknown>,
  link: LinkView | undefined,
  references: readonly object[],
  referencesPerItem: number
): Record<string, unknown>[] {
  if (link === undefined || references.length === 0) return [properties]
  const pieces: Record<string, unknown>[] = []
  for (let from = 0; from < references.length; from += referencesPerItem) {
    pieces.push({ ...properties, [`${link.name}@delta`]: references.slice(from, from + referencesPerItem) })
  }
  return pieces
}

/** `changed`: in the bin, and it may come back. `deleted`: gone. */
export function removedItem(id: string, reason: 'changed' | 'deleted'): Record<string, unknown> {
  return { id, '@removed': { reason } }
}

/** Every reference that the object has, as additions. */
export function wholeLink(
  request: GraphRequest,
  entry: DirectoryEntry,
  link: LinkView
): Record<string, unknown>[] {
  const ids = request.tenant.directory[link.relationship].targetsOf(entry.id)
  return [...presentEntries(request, ids)].map(linkItem)
}

/** Each reference that changed, as it is now: there, or removed. */
export function changedLink(
  request: GraphRequest,
  entry: DirectoryEntry,
  link: LinkView,
  targets: Iterable<string>
): Record<string, unknown>[] {
  const { directory } = request.tenant
  return [...targets].map(id => {
    const target = directory.find(id)
    const isThere = target !== undefined && directory[link.relationship].has(entry.id, id)
    if (isThere) return linkItem(target)
    const kind = target?.kind ?? directory.bin.get(id)?.kind ?? 'user'
    return { '@odata.type': odataTypeOf(kind), id, '@removed': { reason: 'deleted' } }
  })
}

function linkItem(target: DirectoryEntry): Record<string, unknown> {
  return { '@odata.type': odataTypeOf(target.kind), id: target.id }
}
