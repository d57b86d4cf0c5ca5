import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Rc4, rc4 } from './rc4.ts'

/** RFC 6229 section 2: the key, and the key stream at offsets 0, 16, 240 and 4096. */
const streams: [string, [number, string][]][] = [
  [
    '0102030405',
    [
      [0, 'b2396305f03dc027ccc3524a0a1118a8'],
      [16, '6982944f18fc82d589c403a47a0d0919'],
      [240, '28cb1132c96ce286421dcaadb8b69eae'],
      [4096, 'ff25b58995996707e51fbdf08b34d875']
    ]
  ],
  [
    '0102030405060708090a0b0c0d0e0f10',
    [
      [0, '9ac7cc9a609d1ef7b2932899cde41b97'],
      [16, '5248c4959014126a6e8a84f11d1a9e1c'],
      [240, '065902e4b620f6cc36c8589f66432f2b'],
      [4096, 'a36a4c301ae8ac13610ccbc12256cacc']
    ]
  ]
]

it.each(streams)('makes the key stream of %s', (key, expected) => {
  const stream = rc4(Buffer.from(key, 'hex'), Buffer.alloc(4112))
  for (const [offset, bytes] of expected) {
    expect([offset, stream.toString('hex', offset, offset + 16)]).toEqual([offset, bytes])
  }
})

it.each([
  ['Key', 'Plaintext', 'bbf316e8d940af0ad3'],
  ['Wiki', 'pedia', '1021bf0420']
])('encrypts under "%s"', (key, text, expected) => {
  expect(rc4(Buffer.from(key), Buffer.from(text)).toString('hex')).toBe(expected)
})

it('goes on where the last call ended, however the data is cut', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 256 }),
      fc.uint8Array(),
      fc.nat(),
      (key, data, cut) => {
        const at = data.length === 0 ? 0 : cut % data.length
        const cipher = new Rc4(key)
        const parts = [data.subarray(0, at), data.subarray(at)].map(part => cipher.apply(Buffer.from(part)))
        expect(Buffer.concat(parts)).toEqual(rc4(key, data))
        expect(rc4(key, rc4(key, data))).toEqual(Buffer.from(data))
      }
    )
  )
})

it.each([0, 257])('refuses a key of %i bytes', length => {
  expect(() => new Rc4(Buffer.alloc(length))).toThrow(RangeError)
})
