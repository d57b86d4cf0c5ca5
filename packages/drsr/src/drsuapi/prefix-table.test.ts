import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeOids, partialAttributeSet } from './attributes.ts'
import { oidFromBytes, oidToBytes } from './object-identifier.ts'
import { PrefixTable, standardPrefixTable } from './prefix-table.ts'

describe('the standard prefix table', () => {
  // Numbers as Active Directory has them (MS-ADA1 to MS-ADA3, and Samba's drsuapi.idl).
  const cases: [keyof typeof attributeOids, number][] = [
    ['objectClass', 0],
    ['isDeleted', 0x20030],
    ['adminDescription', 0x200e2],
    ['name', 0x90001],
    ['userAccountControl', 0x90008],
    ['unicodePwd', 0x9005a],
    ['pwdLastSet', 0x90060],
    ['objectSid', 0x90092],
    ['accountExpires', 0x9009f],
    ['sAMAccountName', 0x900dd],
    ['userPrincipalName', 0x90290]
  ]
  it.each(cases)('%s', (name, attid) => {
    expect(standardPrefixTable.attidOf(attributeOids[name])).toBe(attid)
    expect(standardPrefixTable.oidOf(attid)).toBe(attributeOids[name])
  })

  it('numbers all that we ask for, in rising order', () => {
    expect(partialAttributeSet).toEqual(cases.map(([, attid]) => attid))
  })
})

describe('a prefix table', () => {
  it('has no number for what it has no prefix for', () => {
    const table = new PrefixTable([{ index: 7, prefix: oidToBytes('1.2.840.113556.1.4') }])
    expect(table.oidOf(0x9005a)).toBeUndefined()
    expect(table.oidOf(0x7005a)).toBe('1.2.840.113556.1.4.90')
    expect(table.attidOf('1.2.840.113556.1.4.90')).toBe(0x7005a)
    expect(table.attidOf('1.2.840.113556.1.5.9')).toBeUndefined()
  })

  it('refuses one number for two prefixes', () => {
    const entry = { index: 3, prefix: oidToBytes('2.5.4') }
    expect(() => new PrefixTable([entry, entry])).toThrow(/names index 3 twice/)
  })

  it('translates there and back, whatever the last arc', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), last => {
        const oid = `1.2.840.113556.1.4.${last}`
        const bytes = oidToBytes(oid)
        const table = new PrefixTable([{ index: 300, prefix: bytes.subarray(0, last < 128 ? -1 : -2) }])
        const attid = table.attidOf(oid)
        expect(attid === undefined ? undefined : table.oidOf(attid)).toBe(oid)
      })
    )
  })
})

describe('object identifiers', () => {
  it('go to bytes and back', () => {
    const arc = fc.integer({ min: 0, max: 0xffff_ffff })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 39 }),
        fc.array(arc),
        (root, second, rest) => {
          const oid = [root, second, ...rest].join('.')
          expect(oidFromBytes(oidToBytes(oid))).toBe(oid)
        }
      )
    )
  })

  it.each([
    ['nothing', ''],
    ['an arc without an end', '2a86'],
    ['an arc without bounds', '2affffffffffffffff7f']
  ])('%s is none', (_name, hex) => {
    expect(oidFromBytes(Buffer.from(hex, 'hex'))).toBeUndefined()
  })

  it('a text that is none is refused', () => {
    expect(() => oidToBytes('unicodePwd')).toThrow(TypeError)
  })
})
