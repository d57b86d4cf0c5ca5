import { pbkdf2Sync, randomBytes } from 'node:crypto'

const iterations = 1_000
const hashBytes = 32
/** What Microsoft documents for password hash synchronisation. */
const saltBytes = 10
const upperCase = Buffer.from('0123456789ABCDEF', 'latin1')
const lowerCase = Buffer.from('0123456789abcdef', 'latin1')

/**
 * What the tenant is given in place of a password: `v1;PPH1_MD4,<salt>,1000,<hash>;` in ASCII, where the hash is
 * PBKDF2 with HMAC-SHA256 over the NT hash in upper-case hexadecimal digits, each as a unit of UTF-16LE
 * (https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-password-hash-synchronization).
 *
 * Takes about a tenth of a millisecond of its thread. Leaves nothing in memory but what it returns; that, and the NT
 * hash, are for the caller to overwrite.
 *
 * @param ntHash 16 bytes
 * @param salt random; given only to compare with known values
 * @throws RangeError when the NT hash has another length
 */
export function derivePph1(ntHash: Buffer, salt: Buffer = randomBytes(saltBytes)): Buffer {
  if (ntHash.length !== 16) throw new RangeError('An NT hash has 16 bytes. What was given has not.')
  const password = Buffer.alloc(64)
  for (const [position, byte] of ntHash.entries()) {
    password.writeUInt8(upperCase.readUInt8(byte >> 4), position * 4)
    password.writeUInt8(upperCase.readUInt8(byte & 0x0f), position * 4 + 2)
  }
  const hash = pbkdf2Sync(password, salt, iterations, hashBytes, 'sha256')
  password.fill(0)
  const [begin, end] = [`v1;PPH1_MD4,${salt.toString('hex')},${iterations},`, ';']
  const credentialData = Buffer.alloc(begin.length + hashBytes * 2 + end.length)
  credentialData.write(begin, 'latin1')
  for (const [position, byte] of hash.entries()) {
    credentialData.writeUInt8(lowerCase.readUInt8(byte >> 4), begin.length + position * 2)
    credentialData.writeUInt8(lowerCase.readUInt8(byte & 0x0f), begin.length + position * 2 + 1)
  }
  credentialData.write(end, begin.length + hashBytes * 2, 'latin1')
  hash.fill(0)
  return credentialData
}
