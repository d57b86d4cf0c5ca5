import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BerReader } from './reader.ts'
import { integer, octetString } from './write.ts'

describe('integer', () => {
  const cases: [number, string][] = [
    [0, '020100'],
    [1, '020101'],
    [127, '02017f'],
    [128, '02020080'],
    [-1, '0201ff'],
    [-128, '020180'],
    [256, '02020100'],
    [0x7fffffff, '02047fffffff'],
    [0x80000000, '020480000000'],
    [0x80000001, '020480000001']
  ]
  it.each(cases)('%i is %s', (value, hex) => {
    expect(integer(value).toString('hex')).toBe(hex)
  })

  it('is read back as the same 32-bit value', () => {
    fc.assert(
      fc.property(fc.integer(), value => {
        expect(new BerReader(integer(value)).integer()).toBe(value)
      })
    )
  })
})

describe('octetString', () => {
  it.each([0, 127, 128, 255, 256, 65_535, 65_536])('of %i bytes is read back whole', length => {
    const value = Buffer.alloc(length, 'é')
    expect(new BerReader(octetString(value)).octets()).toEqual(value)
  })
})
