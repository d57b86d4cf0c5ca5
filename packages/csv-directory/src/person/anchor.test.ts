import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountControl } from './account-state.ts'
import { anchorToGuid, personDn } from './anchor.ts'
import { guidOf, namedGuids } from './guid.ts'

describe('an anchor', () => {
  it('becomes a UUID of version 5, as in RFC 9562 appendix A.4', () => {
    const dns = namedGuids('6ba7b810-9dad-11d1-80b4-00c04fd430c8')
    expect(dns('www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
  })

  it('stays the same for ever', () => {
    expect(anchorToGuid('hr')('E1')).toBe('ad044398-2c55-5c81-bc6f-61f11bdcc97e')
  })

  it('is itself when it is a GUID, whatever the connector', () => {
    const guid = '521a8df8-75f7-4764-942a-a5df16902a32'
    for (const text of [guid, guid.toUpperCase(), `{${guid}}`, ` ${guid} `]) {
      expect(anchorToGuid('a')(text)).toBe(guid)
    }
  })

  it('makes no difference of case, of outer spaces and of how an accent is encoded', () => {
    const guidOfAnchor = anchorToGuid('hr')
    expect(guidOfAnchor(' É1 ')).toBe(guidOfAnchor('e\u03011'))
    expect(anchorToGuid('HR')('1')).toBe(guidOfAnchor('1'))
  })

  it('is another for another person and in another connector', () => {
    expect(anchorToGuid('hr')('1')).not.toBe(anchorToGuid('hr')('01'))
    expect(anchorToGuid('hr')('1')).not.toBe(anchorToGuid('hr2')('1'))
  })

  it('is a GUID, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const guid = anchorToGuid('hr')(text)
        expect(guidOf(guid)).toBe(guid)
      })
    )
  })

  it.each([
    ['Doe, "J"', 'hr', 'CN=Doe\\, \\"J\\",O=hr'],
    ['#1', 'a=b', 'CN=\\#1,O=a\\=b'],
    ['a\\b', 'hr', 'CN=a\\\\b,O=hr']
  ])('%j is escaped in a distinguished name', (anchor, connector, dn) => {
    expect(personDn(anchor, connector)).toBe(dn)
  })
})

describe('accountControl', () => {
  it.each([
    ['TRUE', '512', '514'],
    ['yes', '512', '514'],
    ['1', '512', '514'],
    ['Wahr', '512', '514'],
    ['no', '514', '512'],
    ['0', '514', '512'],
    ['active', '512', '512'],
    ['Disabled', '514', '514'],
    ['terminated', '514', '514'],
    ['', undefined, undefined],
    ['maybe', undefined, undefined],
    ['2', undefined, undefined],
    ['truefalse', undefined, undefined]
  ])('%j means %s where yes is enabled, and %s where yes is disabled', (value, enabled, disabled) => {
    expect(accountControl('accountEnabled', value)).toBe(enabled)
    expect(accountControl('accountDisabled', value)).toBe(disabled)
  })
})
