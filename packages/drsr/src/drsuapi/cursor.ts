import { CookieRefusedError } from '@opendirsync/contracts'
import { NULL_GUID } from './dsname.ts'
import type { UpToDateCursor } from './read-changes.ts'
import { noUsn, type UsnVector } from './replication-types.ts'

/**
 * How far the replication of a naming context has come: text to store as it is and to hand back. It holds no secret.
 * It stays good when another controller is asked, which then tells only what the first one had not told.
 */
export type ReplicationCursor = string

/** What a `ReplicationCursor` says. */
export interface CursorState {
  readonly namingContext: string
  /** Of the controller that `from` belongs to; the null GUID when none was asked yet. */
  readonly invocationId: string
  readonly from: UsnVector
  /** As of the end of the last whole pass. */
  readonly upToDate: readonly UpToDateCursor[]
}

const VERSION = 1
/** A domain with more controllers than that is a forged cursor. */
const MOST_CONTROLLERS = 100_000

export function firstCursor(namingContext: string): CursorState {
  return { namingContext, invocationId: NULL_GUID, from: noUsn, upToDate: [] }
}

export function writeCursor({ namingContext, invocationId, from, upToDate }: CursorState): ReplicationCursor {
  return JSON.stringify({
    version: VERSION,
    namingContext,
    invocationId,
    from: [from.highObjUpdate, from.reserved, from.highPropUpdate].map(String),
    upToDate: upToDate.map(cursor => [cursor.invocationId, String(cursor.usn)])
  })
}

/** @throws CookieRefusedError when it is none of ours, or of another naming context */
export function readCursor(cursor: ReplicationCursor, namingContext: string): CursorState {
  const state = parse(cursor)
  if (state === undefined) {
    throw new CookieRefusedError(
      `The stored replication cursor of ${namingContext} cannot be read: discard it, and all passwords are read again.`
    )
  }
  if (state.namingContext.toLowerCase() === namingContext.toLowerCase()) return state
  throw new CookieRefusedError(
    `The replication cursor is of ${state.namingContext}, not of ${namingContext}: discard it, and all passwords ` +
      'are read again.'
  )
}

function parse(cursor: string): CursorState | undefined {
  const value = parseJson(cursor)
  if (!isRecord(value) || value.version !== VERSION) return undefined
  const { namingContext, invocationId } = value
  const from = usns(value.from)
  const upToDate = readUpToDate(value.upToDate)
  if (typeof namingContext !== 'string' || !isGuid(invocationId)) return undefined
  if (from?.length !== 3 || upToDate === undefined) return undefined
  const [highObjUpdate = 0n, reserved = 0n, highPropUpdate = 0n] = from
  return { namingContext, invocationId, from: { highObjUpdate, reserved, highPropUpdate }, upToDate }
}

function readUpToDate(value: unknown): UpToDateCursor[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_CONTROLLERS) return undefined
  const cursors: UpToDateCursor[] = []
  for (const pair of value) {
    if (!Array.isArray(pair) || !isGuid(pair[0])) return undefined
    const [usn] = usns([pair[1]]) ?? []
    if (usn === undefined) return undefined
    cursors.push({ invocationId: pair[0], usn })
  }
  return cursors
}

function usns(value: unknown): bigint[] | undefined {
  if (!Array.isArray(value)) return undefined
  const numbers = value.map(text =>
    typeof text === 'string' && /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined
  )
  return numbers.every(number => number !== undefined && BigInt.asIntN(64, number) === number)
    ? numbers.filter(number => number !== undefined)
    : undefined
}

function isGuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The later of what both know, controller by controller. */
export function mergeUpToDate(
  known: readonly UpToDateCursor[],
  told: readonly UpToDateCursor[]
): UpToDateCursor[] {
  const usnsById = new Map<string, bigint>()
  for (const { invocationId, usn } of [...known, ...told]) {
    const before = usnsById.get(invocationId)
    if (before === undefined || before < usn) usnsById.set(invocationId, usn)
  }
  return Array.from(usnsById, ([invocationId, usn]) => ({ invocationId, usn })).toSorted((one, other) =>
    one.invocationId < other.invocationId ? -1 : 1
  )
}
