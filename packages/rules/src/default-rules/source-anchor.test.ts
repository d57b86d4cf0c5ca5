import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anchorOfGuid } from './source-anchor.ts'

it.each([
  ['00000000-0000-0000-0000-000000000000', 'AAAAAAAAAAAAAAAAAAAAAA=='],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', '/////////////////////w=='],
  ['33221100-5544-7766-8899-aabbccddeeff', 'ABEiM0RVZneImaq7zN3u/w==']
])('%s is %s: the first three fields are little-endian', (guid, anchor) => {
  expect(anchorOfGuid(guid)).toBe(anchor)
})

it('agrees with Base64 of the same octets, whatever the GUID', () => {
  fc.assert(
    fc.property(fc.uuid(), guid => {
      const octets = Buffer.from(anchorOfGuid(guid), 'base64')
      const hex = [
        octets.readUInt32LE(0).toString(16).padStart(8, '0'),
        octets.readUInt16LE(4).toString(16).padStart(4, '0'),
        octets.readUInt16LE(6).toString(16).padStart(4, '0'),
        octets.subarray(8, 10).toString('hex'),
        octets.subarray(10).toString('hex')
      ]
      expect(hex.join('-')).toBe(guid)
      expect(octets.toString('base64')).toBe(anchorOfGuid(guid))
    })
  )
})
