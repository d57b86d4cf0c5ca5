import { isMet } from '../state/delta-disorder.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import { deltaProperties, piecesOf, removedItem, wholeLink } from './delta-items.ts'
import { type DeltaItem, type DeltaPage, type DeltaRound, isDue, pageOf } from './delta-round.ts'
import { satisfies } from './filter-evaluation.ts'

/** A page of everything there is. An object with many references goes on from where the last page left it. */
export function firstRoundPage(round: DeltaRound): DeltaPage {
  return pageOf(itemsAfter(round), round.size)
}

/** Everything; then, if that is asked for, some of it again; then what lies in the bin. */
function* itemsAfter(round: DeltaRound): Iterable<DeltaItem> {
  const { disorder, token } = round
  yield* lapOf(round, 0, () => true)
  if (disorder.replayed > 0) {
    const isReplayed = ({ id }: DirectoryEntry) =>
      isMet(disorder.seed, disorder.replayed, `${id}:first:${token.until}`)
    yield* lapOf(round, 1, isReplayed)
  }
  if (disorder.removedAtFirst) yield* removedItems(round)
}

function* lapOf(
  round: DeltaRound,
  lap: number,
  isTold: (entry: DirectoryEntry) => boolean
): Iterable<DeltaItem> {
  const { request, type, token, filter } = round
  if (lap < token.lap) return
  for (const entry of request.tenant.directory.live[type.kind].values()) {
    const position = entry.ordinal
    if (lap === token.lap && position < token.position) continue
    if (!isTold(entry) || (filter !== undefined && !satisfies(entry, filter))) continue
    for (const [piece, item] of wholeItems(round, entry).entries()) {
      const place = { lap, position, piece }
      if (isDue(round, place)) yield { item, place }
    }
  }
}

/** What lies in the bin, in the order of the ordinals. */
function* removedItems(round: DeltaRound): Iterable<DeltaItem> {
  const { request, type } = round
  const binned = [...request.tenant.directory.bin.values()].filter(({ kind }) => kind === type.kind)
  for (const entry of binned.sort((left, right) => left.ordinal - right.ordinal)) {
    const place = { lap: 2, position: entry.ordinal, piece: 0 }
    if (isDue(round, place)) yield { item: removedItem(entry.id, 'changed'), place }
  }
}

function wholeItems(round: DeltaRound, entry: DirectoryEntry): Record<string, unknown>[] {
  const { request, shown, link, disorder } = round
  const links = link === undefined ? [] : wholeLink(request, entry, link)
  return piecesOf(deltaProperties(entry, shown), link, links, disorder.referencesPerItem)
}
