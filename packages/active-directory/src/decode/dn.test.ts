import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { childDn, escapeDnValue, parentDn, rdnOf, unescapeDnValue } from './dn.ts'

describe('dn', () => {
  const cases: [string, string, string | undefined][] = [
    ['CN=Jane,OU=Staff,DC=x', 'Jane', 'OU=Staff,DC=x'],
    ['CN=Doe\\, Jane,OU=Staff', 'Doe, Jane', 'OU=Staff'],
    ['CN=a\\\\,OU=Staff', 'a\\', 'OU=Staff'],
    ['CN=f2\\0ADEL:dd9a8106,CN=Deleted Objects,DC=x', 'f2\nDEL:dd9a8106', 'CN=Deleted Objects,DC=x'],
    ['CN=M\\C3\\BCller,DC=x', 'Müller', 'DC=x'],
    ['CN=\\ x\\ , DC=x', ' x ', 'DC=x'],
    ['DC=x', 'x', undefined]
  ]
  it.each(cases)('%s is %j below %s', (dn, value, parent) => {
    expect(rdnOf(dn).value).toBe(value)
    expect(parentDn(dn)).toBe(parent)
  })

  it('escapes what has a meaning', () => {
    expect(escapeDnValue('#a, "b" + c; <d>=\\')).toBe('\\#a\\, \\"b\\" \\+ c\\; \\<d\\>\\=\\\\')
    expect(escapeDnValue(' a b ')).toBe('\\ a b\\ ')
  })

  it('gives any value back from its escaped form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), value => {
        expect(unescapeDnValue(escapeDnValue(value))).toBe(value)
      })
    )
  })

  it('takes a made DN apart again', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), value => {
        const dn = childDn('CN', value, 'OU=Staff,DC=x')
        expect(rdnOf(dn)).toEqual({ attribute: 'CN', value })
        expect(parentDn(dn)).toBe('OU=Staff,DC=x')
      })
    )
  })

  it('refuses what has no RDN', () => {
    expect(() => rdnOf('')).toThrow(TypeError)
  })
})
