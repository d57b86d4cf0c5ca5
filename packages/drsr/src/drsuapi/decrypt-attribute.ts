import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { rc4 } from '../crypto/rc4.ts'
import { decryptWithRid } from '../crypto/rid-cipher.ts'

const SALT_BYTES = 16
const CHECKSUM_BYTES = 4
const NT_HASH_BYTES = 16

/** A secret that cannot be decrypted. The message never holds a byte of it. */
export class SecretError extends Error {
  override readonly name = 'SecretError'
}

/**
 * A secret attribute's value as it stood in the directory (MS-DRSR section 4.1.10.6.11, ENCRYPTED_PAYLOAD): 16 bytes of
 * salt, then a checksum and the value under RC4.
 * @returns a buffer that the caller overwrites
 * @throws SecretError when it is too short or the checksum does not fit: another session key, or a changed message
 */
export function decryptSecret(sessionKey: Uint8Array, encrypted: Uint8Array): Buffer {
  if (encrypted.length < SALT_BYTES + CHECKSUM_BYTES) {
    throw new SecretError(`an encrypted attribute has at least 20 bytes, not ${encrypted.length}`)
  }
  const key = createHash('md5').update(sessionKey).update(encrypted.subarray(0, SALT_BYTES)).digest()
  const plain = rc4(key, encrypted.subarray(SALT_BYTES))
  key.fill(0)
  const value = Buffer.from(plain.subarray(CHECKSUM_BYTES))
  const intact = plain.readUInt32LE(0) === crc32(value)
  plain.fill(0)
  if (intact) return value
  value.fill(0)
  throw new SecretError('the checksum of an encrypted attribute is wrong')
}

/**
 * The NT hash that a value of `unicodePwd` holds.
 * @param rid of the object that the value belongs to
 * @returns 16 bytes, which the caller overwrites
 * @throws SecretError when the value is not what it should be
 */
export function decryptNtHash(sessionKey: Uint8Array, encrypted: Uint8Array, rid: number): Buffer {
  const value = decryptSecret(sessionKey, encrypted)
  try {
    if (value.length !== NT_HASH_BYTES) throw new SecretError(`an NT hash has 16 bytes, not ${value.length}`)
    return decryptWithRid(value, rid)
  } finally {
    value.fill(0)
  }
}
