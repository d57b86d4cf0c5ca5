import { desDecrypt } from './des.ts'

/**
 * Undoes the encryption of a password hash under its account's relative identifier (MS-SAMR section 2.2.11.1.1). It hides
 * nothing, since the identifier is known: it makes equal passwords look different.
 * @param hash 16 bytes
 * @param rid the last part of the account's SID
 * @returns 16 bytes
 */
export function decryptWithRid(hash: Uint8Array, rid: number): Buffer {
  if (hash.length !== 16) throw new RangeError('A hash under a relative identifier has 16 bytes')
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(rid)
  const first = desDecrypt(repeat(bytes, 0), hash.subarray(0, 8))
  const second = desDecrypt(repeat(bytes, 3), hash.subarray(8))
  const plain = Buffer.concat([first, second])
  first.fill(0)
  second.fill(0)
  return plain
}

/** Seven bytes of the four, over and over, beginning with the one at `start`. */
function repeat(bytes: Buffer, start: number): Buffer {
  return Buffer.from(Array.from({ length: 7 }, (_, at) => bytes[(start + at) % 4] ?? 0))
}
