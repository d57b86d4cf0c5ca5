import { MalformedMessageError } from '../errors.ts'

const LONG_FORM = 0x80
/** LDAP lengths fit 32 bits; Active Directory always writes four octets, whatever the length. */
const MAX_LENGTH_OCTETS = 4

/**
 * Octets that tag and length take at `offset`; `undefined` while they have not all arrived.
 * @throws MalformedMessageError for the indefinite form, which LDAP forbids, and for absurd lengths.
 */
export function headerLength(bytes: Uint8Array, offset: number, end: number): number | undefined {
  if (end - offset < 2) return undefined
  const first = bytes[offset + 1] ?? 0
  if (first < LONG_FORM) return 2
  const octets = first & 0x7f
  if (octets === 0 || octets > MAX_LENGTH_OCTETS) {
    throw new MalformedMessageError(`a length in ${octets} octets is not allowed`)
  }
  return end - offset < 2 + octets ? undefined : 2 + octets
}

/** Octets of content that the complete header at `offset` announces. */
export function contentLength(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset + 1] ?? 0
  if (first < LONG_FORM) return first
  let length = 0
  for (let index = 0; index < (first & 0x7f); index++)
    length = length * 256 + (bytes[offset + 2 + index] ?? 0)
  return length
}
