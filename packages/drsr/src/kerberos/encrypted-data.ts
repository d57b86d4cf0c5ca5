import { type DerValue, fields, integer, octets, readDer } from './der.ts'
import { EncryptionKey } from './encryption-key.ts'

/** What a key is used for (RFC 4120 section 7.5.1). */
export const keyUsage = {
  preAuthenticationTime: 1,
  asReply: 3,
  tgsChecksum: 6,
  tgsAuthenticator: 7,
  tgsReply: 8,
  apAuthenticator: 11,
  apReply: 12
} as const

/** EncryptedData (RFC 4120 section 5.2.9). */
export function encryptedData(key: EncryptionKey, usage: number, plain: Buffer): Buffer {
  return fields([0, integer(key.type)], [2, octets(key.encrypt(usage, plain))])
}

/**
 * @throws RangeError when it is of another encryption type than the key
 * @throws IntegrityError when it is of another key
 */
export function decryptData(key: EncryptionKey, usage: number, data: DerValue): DerValue {
  const content = data.fields()
  const type = content.get(0).integer()
  if (type !== key.type) throw new RangeError(`encryption type ${type} where ${key.type} was agreed`)
  return readDer(key.decrypt(usage, content.get(2).octets()))
}

/** EncryptionKey (RFC 4120 section 5.2.9). */
export function encodeKey(key: EncryptionKey): Buffer {
  return fields([0, integer(key.type)], [1, octets(key.bytes)])
}

/** A copy of a key that came with a message. @throws RangeError for a type that is not AES */
export function decodeKey(value: DerValue): EncryptionKey {
  const content = value.fields()
  return new EncryptionKey(content.get(0).integer(), Buffer.from(content.get(1).octets()))
}
