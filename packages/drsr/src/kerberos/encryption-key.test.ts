import { describe, expect, it } from 'vitest'
import { EncryptionKey, IntegrityError, keyFromPassword, randomKey } from './encryption-key.ts'

/** RFC 3962 appendix B. */
describe('the key of a password', () => {
  const salt = Buffer.from('ATHENA.MIT.EDUraeburn')
  const binary = Buffer.from('1234567878563412', 'hex')
  const long = 'X'.repeat(64)
  const cases: [string, Buffer, number, string, string][] = [
    [
      ...(['password', salt, 1] as const),
      '42263c6e89f4fc28b8df68ee09799f15',
      'fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161'
    ],
    [
      ...(['password', salt, 2] as const),
      'c651bf29e2300ac27fa469d693bdda13',
      'a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff'
    ],
    [
      ...(['password', salt, 1200] as const),
      '4c01cd46d632d01e6dbe230a01ed642a',
      '55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a'
    ],
    [
      ...(['password', binary, 5] as const),
      'e9b23d52273747dd5c35cb55be619d8e',
      '97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31'
    ],
    [
      ...([long, Buffer.from('pass phrase equals block size'), 1200] as const),
      '59d1bb789a828b1aa54ef9c2883f69ed',
      '89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34'
    ],
    [
      ...(['𝄞', Buffer.from('EXAMPLE.COMpianist'), 50] as const),
      'f149c1f2e154a73452d43e7fe62a56e5',
      '4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e'
    ]
  ]
  it.each(cases)('%s with %s, %i times', async (password, saltBytes, iterations, aes128, aes256) => {
    const bytes = Buffer.from(password)
    const short = await keyFromPassword(17, bytes, saltBytes, iterations)
    const full = await keyFromPassword(18, bytes, saltBytes, iterations)
    expect([short.bytes.toString('hex'), full.bytes.toString('hex')]).toEqual([aes128, aes256])
  })
})

describe.each([17, 18])('a key of type %i', type => {
  const key = randomKey(type)
  const plain = Buffer.from('what is encrypted')

  it('decrypts what it encrypted, which is different each time', () => {
    const encrypted = key.encrypt(3, plain)
    expect(key.encrypt(3, plain)).not.toEqual(encrypted)
    expect(key.decrypt(3, encrypted)).toEqual(plain)
  })

  it('decrypts nothing else', () => {
    const encrypted = key.encrypt(3, plain)
    expect(() => key.decrypt(8, encrypted)).toThrow(IntegrityError)
    expect(() => randomKey(type).decrypt(3, encrypted)).toThrow(IntegrityError)
    expect(() => key.decrypt(3, encrypted.subarray(0, 27))).toThrow(IntegrityError)
    for (const at of [0, 20, encrypted.length - 1]) {
      const changed = Buffer.from(encrypted)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => key.decrypt(3, changed)).toThrow(IntegrityError)
    }
  })

  it('forgets itself', () => {
    const short = randomKey(type)
    short[Symbol.dispose]()
    expect(short.bytes.every(byte => byte === 0)).toBe(true)
  })
})

it.each([
  [23, 16],
  [18, 16],
  [17, 32]
])('refuses type %i with %i bytes', (type, length) => {
  expect(() => new EncryptionKey(type, Buffer.alloc(length))).toThrow(RangeError)
})
