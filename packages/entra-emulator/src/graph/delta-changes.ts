import type { Change } from '../state/change-log.ts'
import { type DeltaDisorder, isMet } from '../state/delta-disorder.ts'
import { changedLink, deltaProperties, piecesOf, removedItem, wholeLink } from './delta-items.ts'
import { type DeltaItem, type DeltaPage, type DeltaRound, isDue, pageOf } from './delta-round.ts'
import { syncStateNotFound } from './delta-token.ts'
import { satisfies } from './filter-evaluation.ts'

interface Changed {
  properties: Set<string>
  targets: Set<string>
  whole: boolean
}

/**
 * A page of what has changed, object by object, each as it is now. What the round before left out comes first, and
 * what it told may come once more.
 */
export function changesPage(round: DeltaRound): DeltaPage {
  return pageOf(itemsAfter(round), round.size)
}

function* itemsAfter(round: DeltaRound): Iterable<DeltaItem> {
  const { token, disorder } = round
  const changed = [...toldChanges(round)]
  const again = changed.filter(([id]) =>
    isMet(disorder.seed, disorder.replayed, `${id}:again:${token.until}`)
  )
  for (const [lap, told] of [changed, again].entries()) {
    for (const [position, [id, what]] of told.entries()) {
      if (!isDue(round, { lap, position, piece: Number.MAX_SAFE_INTEGER })) continue
      for (const [piece, item] of changedItems(round, id, what).entries()) {
        const place = { lap, position, piece }
        if (isDue(round, place)) yield { item, place }
      }
    }
  }
}

function toldChanges(round: DeltaRound): Map<string, Changed> {
  const { token, disorder } = round
  const told = leftByEarlierRound(round)
  const recent = changedObjects(changesBetween(round, token.since, token.until), round)
  for (const [id, changed] of recent) {
    const known = told.get(id)
    if (known !== undefined) told.set(id, union(known, changed))
    else if (!isDelayed(id, disorder, token.until)) told.set(id, changed)
  }
  return told
}

/** What the round before kept for this one, and what it told that this one tells again. */
function leftByEarlierRound(round: DeltaRound): Map<string, Changed> {
  const { earlier, since } = round.token
  if (earlier === undefined) return new Map()
  const { seed, replayed } = earlier.disorder
  const changed = changedObjects(changesBetween(round, earlier.since, since), round)
  return new Map(
    [...changed].filter(
      ([id]) => isDelayed(id, earlier.disorder, since) || isMet(seed, replayed, `${id}:later:${since}`)
    )
  )
}

function isDelayed(id: string, { seed, delayed }: DeltaDisorder, until: number): boolean {
  return isMet(seed, delayed, `${id}:delayed:${until}`)
}

function changesBetween({ request }: DeltaRound, since: number, until: number): readonly Change[] {
  const changes = request.tenant.directory.changes.between(since, until)
  if (changes === undefined) throw syncStateNotFound(request)
  return changes
}

function union(one: Changed, other: Changed): Changed {
  return {
    properties: new Set([...one.properties, ...other.properties]),
    targets: new Set([...one.targets, ...other.targets]),
    whole: one.whole || other.whole
  }
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

/** The object in one piece or several; none when nothing of it is followed. */
function changedItems(round: DeltaRound, id: string, changed: Changed): Record<string, unknown>[] {
  const { request, type, shown, filter, link, disorder } = round
  const { directory } = request.tenant
  const entry = directory.live[type.kind].get(id)
  if (entry === undefined) return [removedItem(id, directory.bin.has(id) ? 'changed' : 'deleted')]
  if (filter !== undefined && !satisfies(entry, filter)) return []
  if (changed.whole) {
    const references = link === undefined ? [] : wholeLink(request, entry, link)
    return piecesOf(deltaProperties(entry, shown), link, references, disorder.referencesPerItem)
  }
  const tracked = shown.properties.some(property => changed.properties.has(property.name))
  if (!tracked && changed.targets.size === 0) return []
  const properties = deltaProperties(entry, shown, changed.properties, round.minimal)
  const references = link === undefined ? [] : changedLink(request, entry, link, changed.targets)
  return piecesOf(properties, link, references, disorder.referencesPerItem)
}
