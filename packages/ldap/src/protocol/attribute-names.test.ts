import fc from 'fast-check'
import { expect, it } from 'vitest'
import { attributeName } from './attribute-names.ts'

const nameOf = (bytes: Uint8Array, before = 0) =>
  attributeName(
    Buffer.concat([Buffer.alloc(before), bytes, Buffer.from('more')]),
    before,
    before + bytes.length
  )

it('is the text of the bytes, whatever was read before', () => {
  // Few letters and many runs, so that names meet others of the same hash and of the same beginning.
  const name = fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', ';'), maxLength: 12 }), fc.string())
  fc.assert(
    fc.property(name, fc.integer({ min: 0, max: 9 }), (text, before) => {
      const bytes = Buffer.from(text)
      expect(nameOf(bytes, before)).toBe(bytes.toString())
      expect(nameOf(bytes)).toBe(bytes.toString())
    }),
    { numRuns: 3_000 }
  )
})

it('takes a name of any length', () => {
  const long = 'x'.repeat(5_000)
  expect(nameOf(Buffer.from(long))).toBe(long)
  expect(nameOf(Buffer.from(''))).toBe('')
})

it('keeps nothing of the message that it came in', () => {
  const message = Buffer.from('sAMAccountName')
  const first = attributeName(message, 0, message.length)
  message.fill(0x20)
  expect(first).toBe('sAMAccountName')
  expect(nameOf(Buffer.from('sAMAccountName'))).toBe('sAMAccountName')
})
