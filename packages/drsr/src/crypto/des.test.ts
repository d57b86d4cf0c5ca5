import fc from 'fast-check'
import { expect, it } from 'vitest'
import { desDecrypt, desEncrypt } from './des.ts'

/** NIST Special Publication 800-17, appendix A: keys of 8 bytes with parity. */
const known: [string, string, string, string][] = [
  ['variable plaintext', '0101010101010101', '8000000000000000', '95f8a5e5dd31d900'],
  ['variable plaintext', '0101010101010101', '0000000000000001', '166b40b44aba4bd6'],
  ['variable key', '8001010101010101', '0000000000000000', '95a8d72813daa94d'],
  ['variable key', '0101010101010102', '0000000000000000', '869efd7f9f265a09'],
  ['permutation', '1046913489980131', '0000000000000000', '88d55e54f54c97b4'],
  ['substitution', '7ca110454a1a6e57', '01a1d6d039776742', '690f5b0d9a26939b'],
  ['substitution', '0131d9619dc1376e', '5cd54ca83def57da', '7a389d10354bd271']
]

it.each(known)('encrypts and decrypts the %s vector %s', (_, key, plain, encrypted) => {
  const packed = withoutParity(key)
  expect(desEncrypt(packed, Buffer.from(plain, 'hex')).toString('hex')).toBe(encrypted)
  expect(desDecrypt(packed, Buffer.from(encrypted, 'hex')).toString('hex')).toBe(plain)
})

it('treats each block for itself', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  fc.assert(
    fc.property(bytes(7), bytes(8), bytes(8), (key, first, second) => {
      const both = desEncrypt(key, Buffer.concat([first, second]))
      expect(both).toEqual(Buffer.concat([desEncrypt(key, first), desEncrypt(key, second)]))
      expect(desDecrypt(key, both)).toEqual(Buffer.concat([first, second]))
    })
  )
})

it('refuses a key of another length', () => {
  expect(() => desEncrypt(Buffer.alloc(8), Buffer.alloc(8))).toThrow(RangeError)
})

it('refuses a part of a block', () => {
  expect(() => desEncrypt(Buffer.alloc(7), Buffer.alloc(9))).toThrow()
})

function withoutParity(key: string): Buffer {
  const bits = [...Buffer.from(key, 'hex')].map(byte => (byte >>> 1).toString(2).padStart(7, '0')).join('')
  return Buffer.from(Array.from({ length: 7 }, (_, at) => Number.parseInt(bits.slice(8 * at, 8 * at + 8), 2)))
}
