import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decryptCts, encryptCts } from './aes-cts.ts'

const key = Buffer.from('chicken teriyaki')
const text = Buffer.from("I would like the General Gau's Chicken, please, and wonton soup.")

/** RFC 3962 appendix B: the first so many bytes of the text. */
it.each([
  [17, 'c6353568f2bf8cb4d8a580362da7ff7f97'],
  [31, 'fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5'],
  [32, '39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584'],
  [47, '97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5'],
  [48, '97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8'],
  [
    64,
    '97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a8' +
      '4807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8'
  ]
])('encrypts and decrypts %i bytes', (length, encrypted) => {
  expect(encryptCts(key, text.subarray(0, length)).toString('hex')).toBe(encrypted)
  expect(decryptCts(key, Buffer.from(encrypted, 'hex'))).toEqual(text.subarray(0, length))
})

it('gives back what it encrypted, of any length, under either length of key', () => {
  const keys = fc
    .constantFrom(16, 32)
    .chain(length => fc.uint8Array({ minLength: length, maxLength: length }))
  fc.assert(
    fc.property(keys, fc.uint8Array({ minLength: 16, maxLength: 100 }), (bytes, plain) => {
      const secret = Buffer.from(bytes)
      const encrypted = encryptCts(secret, Buffer.from(plain))
      expect(encrypted).toHaveLength(plain.length)
      expect(decryptCts(secret, encrypted)).toEqual(Buffer.from(plain))
    })
  )
})

it('refuses less than a block', () => {
  expect(() => encryptCts(key, Buffer.alloc(15))).toThrow(RangeError)
  expect(() => decryptCts(key, Buffer.alloc(15))).toThrow(RangeError)
})
