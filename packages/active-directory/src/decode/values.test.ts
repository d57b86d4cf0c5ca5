import { describe, expect, it } from 'vitest'
import { syntaxOf } from './attribute-syntax.ts'
import { attributeValue } from './attribute-value.ts'
import { guidOfExtendedDn, parseExtendedDn } from './extended-dn.ts'
import { groupTypeFlag, hasFlag, userAccountControlFlag } from './flags.ts'
import { dateToFileTime, fileTimeToDate, generalizedTimeToDate } from './time.ts'

const guid = '5aa94ddf-24ef-4cab-983c-316610bfd36c'

describe('extended DN', () => {
  const cases: [string, ReturnType<typeof parseExtendedDn>][] = [
    [
      `<GUID=${guid}>;<SID=S-1-5-21-1-2-3-500>;CN=a,DC=x`,
      { dn: 'CN=a,DC=x', guid, sid: 'S-1-5-21-1-2-3-500' }
    ],
    [`<GUID=${guid.toUpperCase()}>;OU=F,DC=x`, { dn: 'OU=F,DC=x', guid }],
    [`<GUID=${guid}>`, { dn: '', guid }],
    ['CN=<GUID=a>,DC=x', { dn: 'CN=<GUID=a>,DC=x' }],
    ['', { dn: '' }]
  ]
  it.each(cases)('%s', (text, parsed) => {
    expect(parseExtendedDn(text)).toEqual(parsed)
    expect(guidOfExtendedDn(Buffer.from(text))).toBe(parsed.guid)
  })
})

describe('attributeValue', () => {
  it('gives bytes as Base64 even when they could be text', () => {
    expect(attributeValue(Buffer.from('abc'), 'binary')).toBe('YWJj')
  })

  it('gives text as it is, with a replacement character too', () => {
    expect(attributeValue(Buffer.from('Müller \ufffd'), 'text')).toBe('Müller \ufffd')
  })

  it('gives what cannot be text as Base64', () => {
    expect(attributeValue(Buffer.from([0xff, 0xfe]), 'text')).toBe('//4=')
    expect(attributeValue(Buffer.from('a\0'), 'text')).toBe('YQA=')
  })

  it('keeps a byte order mark', () => {
    expect(attributeValue(Buffer.from('\ufeffa'), 'text')).toBe('\ufeffa')
  })

  it('takes the extension from a DN, and from nothing that only looks like one', () => {
    const value = `<GUID=${guid}>;OU=F,DC=x`
    expect(attributeValue(Buffer.from(value), 'dn')).toBe('OU=F,DC=x')
    expect(attributeValue(Buffer.from('OU=F,DC=x'), 'dn')).toBe('OU=F,DC=x')
    expect(attributeValue(Buffer.from(value), 'text')).toBe(value)
  })
})

it.each(['objectguid', 'objectsid', 'ms-ds-consistencyguid', 'thumbnailphoto', 'usercertificate'])(
  '%s is binary',
  name => {
    expect(syntaxOf(name)).toBe('binary')
  }
)

it.each([
  ['lastknownparent', 'dn'],
  ['objectcategory', 'dn'],
  ['displayname', 'text'],
  ['name', 'text']
])('%s is %s', (name, syntax) => {
  expect(syntaxOf(name)).toBe(syntax)
})

describe('flags', () => {
  const { accountDisabled } = userAccountControlFlag
  it.each([
    ['514', accountDisabled, true],
    ['512', accountDisabled, false],
    [undefined, accountDisabled, false],
    ['many', accountDisabled, false],
    ['-2147483646', groupTypeFlag.security, true],
    ['-2147483646', groupTypeFlag.global, true],
    ['2', groupTypeFlag.security, false]
  ])('%s with %i: %s', (value, flag, expected) => {
    expect(hasFlag(value, flag)).toBe(expected)
  })
})

describe('time', () => {
  it.each([
    ['134398416486926830', '2026-11-22T17:20:48.692Z'],
    ['0', undefined],
    ['9223372036854775807', undefined],
    ['-1', undefined],
    ['soon', undefined]
  ])('FILETIME %s', (value, expected) => {
    expect(fileTimeToDate(value)?.toISOString()).toBe(expected)
  })

  it('goes to FILETIME and back', () => {
    const date = new Date('2026-01-02T03:04:05.678Z')
    expect(fileTimeToDate(dateToFileTime(date))).toEqual(date)
  })

  it.each([
    ['20261122175600.0Z', '2026-11-22T17:56:00.000Z'],
    ['20261122175600Z', '2026-11-22T17:56:00.000Z'],
    ['20261122175600.25Z', '2026-11-22T17:56:00.250Z'],
    ['20261322175600.0Z', undefined],
    ['yesterday', undefined]
  ])('GeneralizedTime %s', (value, expected) => {
    expect(generalizedTimeToDate(value)?.toISOString()).toBe(expected)
  })
})
