import { describe, expect, it } from 'vitest'
import { decryptNtHash, decryptSecret, SecretError } from './decrypt-attribute.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

// Values of the open-source project DSInternals' tests.
const vectors = [
  {
    sessionKey: 'b0133bfc9ce59c805dd15d5872e247c5',
    rid: 500,
    encrypted: 'e650e0179becf540e1e6dbe37deb38b379618228d74d9ff7e08a588c2a6fbd511ad78f61',
    ntHash: '92937945b518814341de3f726500d4ff'
  },
  {
    sessionKey: '7dfee67fc2476e6bc1b68563e5ee7614',
    rid: 35093,
    encrypted: 'fd2db3a4edba8fb08cf372b701449c1c28ddb6fcd70226fa571d490f9798f30efe6454fc',
    ntHash: '727e3576618fa1754a3b108f3fa6cb6d'
  }
]

describe('an encrypted NT hash', () => {
  it.each(vectors)('of RID $rid is decrypted', ({ sessionKey, rid, encrypted, ntHash }) => {
    expect(decryptNtHash(hex(sessionKey), hex(encrypted), rid).toString('hex')).toBe(ntHash)
  })

  const [{ sessionKey, encrypted, rid } = { sessionKey: '', encrypted: '', rid: 0 }] = vectors
  const changed = hex(encrypted)
  changed[20] = (changed[20] ?? 0) ^ 1
  const refused: [string, string, Buffer, RegExp][] = [
    ['another session key', '00'.repeat(16), hex(encrypted), /checksum/],
    ['a changed byte', sessionKey, changed, /checksum/],
    ['a value that is cut off', sessionKey, hex(encrypted).subarray(0, 30), /checksum/],
    ['a value that is too short', sessionKey, hex(encrypted).subarray(0, 19), /at least 20 bytes, not 19/]
  ]
  it.each(refused)('%s is an error without a byte of it', (_name, key, value, message) => {
    const attempt = () => decryptNtHash(hex(key), value, rid)
    expect(attempt).toThrow(SecretError)
    expect(attempt).toThrow(message)
  })

  it('a history of several hashes is no single hash', () => {
    const history =
      '491e1b5e8ff95982ccedc4ff2c50ad5fe154650df83e8430ede739271da2e03d9aa99aa8d4b598ef56c9650eb71a233a9fd580f4d9c2dbc3' +
      '3f92e0002e1d2901050fb5d7f66ca3555e5befbf322cd23c1eeaaf7c'
    const key = hex('f029c008decee208f36450cc1f767892')
    expect(decryptSecret(key, hex(history))).toHaveLength(64)
    expect(() => decryptNtHash(key, hex(history), 1375)).toThrow(/16 bytes, not 64/)
  })
})
