import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { rc4 } from './rc4.ts'
import { decryptWithRid } from './rid-cipher.ts'

/** Values that a domain controller sent (MS-DRSR section 4.1.10.6.11), with the keys of their sessions. */
const replicated = [
  {
    rid: 500,
    sessionKey: 'b0133bfc9ce59c805dd15d5872e247c5',
    value: 'e650e0179becf540e1e6dbe37deb38b379618228d74d9ff7e08a588c2a6fbd511ad78f61',
    hash: '92937945b518814341de3f726500d4ff'
  },
  {
    rid: 35_093,
    sessionKey: '7dfee67fc2476e6bc1b68563e5ee7614',
    value: 'fd2db3a4edba8fb08cf372b701449c1c28ddb6fcd70226fa571d490f9798f30efe6454fc',
    hash: '727e3576618fa1754a3b108f3fa6cb6d'
  }
]

describe('a replicated hash', () => {
  it.each(replicated)('of the account $rid is decrypted', ({ rid, sessionKey, value, hash }) => {
    const bytes = Buffer.from(value, 'hex')
    const key = createHash('md5')
      .update(Buffer.from(sessionKey, 'hex'))
      .update(bytes.subarray(0, 16))
      .digest()
    const plain = rc4(key, bytes.subarray(16))
    expect(plain.readUInt32LE(0)).toBe(crc32(plain.subarray(4)))
    expect(decryptWithRid(plain.subarray(4), rid).toString('hex')).toBe(hash)
  })
})

it.each([0, 15, 17])('refuses a hash of %i bytes', length => {
  expect(() => decryptWithRid(Buffer.alloc(length), 500)).toThrow(RangeError)
})
