import type { Change } from '../state/change-log.ts'
import { changedLink, deltaProperties, wholeLink } from './delta-items.ts'
import type { DeltaPage, DeltaRound } from './delta-round.ts'
import { syncStateNotFound } from './delta-token.ts'
import { satisfies } from './filter-evaluation.ts'

interface Changed {
  properties: Set<string>
  targets: Set<string>
  whole: boolean
}

/** A page of what has changed, object by object, each as it is now. */
export function changesPage(round: DeltaRound): DeltaPage {
  const { request, token, size } = round
  const changes = request.tenant.directory.changes.between(token.since, token.until)
  if (changes === undefined) throw syncStateNotFound(request)
  const all = [...changedObjects(changes, round)]
  const value: Record<string, unknown>[] = []
  let position = token.position
  while (position < all.length && value.length < size) {
    const [id, changed] = all[position] ?? []
    position += 1
    if (id === undefined || changed === undefined) continue
    const item = changedItem(round, id, changed)
    if (item !== undefined) value.push(item)
  }
  return { value, next: position < all.length ? { position, piece: 0 } : undefined }
}

function changedObjects(changes: readonly Change[], round: DeltaRound): Map<string, Changed> {
  const all = new Map<string, Changed>()
  for (const change of changes) {
    if (!isFollowed(change, round)) continue
    const changed = all.get(change.id) ?? { properties: new Set(), targets: new Set(), whole: false }
    all.set(change.id, changed)
    if (change.what === 'created') changed.whole = true
    if (change.target !== undefined) changed.targets.add(change.target)
    else for (const name of change.properties) changed.properties.add(name)
  }
  return all
}

function isFollowed(change: Change, { type, link }: DeltaRound): boolean {
  return change.kind === type.kind && (change.what !== 'link' || change.properties[0] === link?.name)
}

function changedItem(round: DeltaRound, id: string, changed: Changed): Record<string, unknown> | undefined {
  const { request, type, shown, filter, link } = round
  const { directory } = request.tenant
  const entry = directory.live[type.kind].get(id)
  if (entry === undefined) {
    return { id, '@removed': { reason: directory.bin.has(id) ? 'changed' : 'deleted' } }
  }
  if (filter !== undefined && !satisfies(entry, filter)) return undefined
  if (changed.whole) {
    const items = link === undefined ? [] : wholeLink(request, entry, link)
    const links = link === undefined || items.length === 0 ? {} : { [`${link.name}@delta`]: items }
    return { ...deltaProperties(entry, shown), ...links }
  }
  const tracked = shown.properties.some(property => changed.properties.has(property.name))
  if (!tracked && changed.targets.size === 0) return undefined
  const properties = deltaProperties(entry, shown, changed.properties, round.minimal)
  if (link === undefined || changed.targets.size === 0) return properties
  return { ...properties, [`${link.name}@delta`]: changedLink(request, entry, link, changed.targets) }
}
