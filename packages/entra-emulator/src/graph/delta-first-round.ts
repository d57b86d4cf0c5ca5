import type { DirectoryEntry } from '../state/directory-entry.ts'
import { deltaProperties, membersPerPiece, wholeLink } from './delta-items.ts'
import type { DeltaPage, DeltaRound } from './delta-round.ts'
import { satisfies } from './filter-evaluation.ts'

/** A page of everything there is. A group with many members goes on from where the last page left it. */
export function firstRoundPage(round: DeltaRound): DeltaPage {
  const value: Record<string, unknown>[] = []
  let next = { position: round.token.position, piece: round.token.piece }
  for (const { piece, position, index } of piecesAfter(round)) {
    if (value.length === round.size) return { value, next }
    value.push(piece)
    next = { position, piece: index + 1 }
  }
  return { value, next: undefined }
}

interface Piece {
  readonly piece: Record<string, unknown>
  /** The object's ordinal, and which of its pieces this is. */
  readonly position: number
  readonly index: number
}

function* piecesAfter(round: DeltaRound): Iterable<Piece> {
  const { request, type, token, filter } = round
  for (const entry of request.tenant.directory.live[type.kind].values()) {
    const position = entry.ordinal
    if (position < token.position) continue
    if (filter !== undefined && !satisfies(entry, filter)) continue
    const first = position === token.position ? token.piece : 0
    const pieces = piecesOf(round, entry).slice(first)
    for (const [offset, piece] of pieces.entries()) yield { piece, position, index: first + offset }
  }
}

/** The object, cut into pieces when it refers to many. */
function piecesOf({ request, shown, link }: DeltaRound, entry: DirectoryEntry): Record<string, unknown>[] {
  const properties = deltaProperties(entry, shown)
  const items = link === undefined ? [] : wholeLink(request, entry, link)
  if (link === undefined || items.length === 0) return [properties]
  const pieces: Record<string, unknown>[] = []
  for (let from = 0; from < items.length; from += membersPerPiece) {
    pieces.push({ ...properties, [`${link.name}@delta`]: items.slice(from, from + membersPerPiece) })
  }
  return pieces
}
