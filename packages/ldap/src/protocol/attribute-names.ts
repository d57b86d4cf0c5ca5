const SLOTS = 1_024
/** Names of Active Directory's schema have at most some 60 characters, with options a little more. */
const MAX_CACHED_BYTES = 96

interface KnownName {
  readonly bytes: Uint8Array
  readonly text: string
}

/**
 * Attribute names that were read before. A server sends the same few names with every entry, and to make the
 * text of one anew costs more than all else that is done with it. Bounded: a newcomer takes the place of
 * whatever has the same hash.
 */
const known: (KnownName | undefined)[] = Array.from({ length: SLOTS })

/** The text of the bytes between `start` and `end`. */
export function attributeName(message: Buffer, start: number, end: number): string {
  const length = end - start
  if (length > MAX_CACHED_BYTES) return message.toString('utf8', start, end)
  let hash = length
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (message[at] ?? 0)) | 0
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
  const found = known[slot]
  if (found !== undefined && isSame(found.bytes, message, start, length)) return found.text
  const text = message.toString('utf8', start, end)
  known[slot] = { bytes: Uint8Array.prototype.slice.call(message, start, end), text }
  return text
}

function isSame(bytes: Uint8Array, message: Buffer, start: number, length: number): boolean {
  if (bytes.length !== length) return false
  for (let index = 0; index < length; index++) if (bytes[index] !== message[start + index]) return false
  return true
}
