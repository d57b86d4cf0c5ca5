import { describe, expect, it } from 'vitest'
import { checkObject } from '../check-object.ts'
import { dn, findingsOf, proposalOf, verdicts } from '../example-object.ts'

const x = (count: number) => 'x'.repeat(count)

const limits = {
  displayName: 256,
  givenName: 64,
  sn: 64,
  title: 128,
  department: 64,
  company: 64,
  streetAddress: 1024,
  postalCode: 40,
  l: 128,
  st: 128,
  co: 128,
  mobile: 64,
  employeeID: 16,
  extensionAttribute1: 1024,
  extensionAttribute15: 1024
}

describe('texts', () => {
  it.each(Object.entries(limits))('%s has %d characters at most', (attribute, limit) => {
    expect(findingsOf({ [attribute]: [x(limit)] })).toEqual([])
    const findings = findingsOf({ [attribute]: [x(limit + 1)] })
    expect(verdicts(findings)).toEqual(['error too-long'])
    expect(proposalOf(findings)).toBe(x(limit))
  })

  const cases: [name: string, attribute: string, value: string, verdicts: string[], proposal?: string][] = [
    ['spaces around', 'displayName', ' Ann ', ['warning spaces-around'], 'Ann'],
    ['spaces around', 'sn', 'Lee ', ['warning spaces-around'], 'Lee'],
    ['a line end', 'displayName', 'Ann\r\nLee', ['warning control-character'], 'Ann Lee'],
    ['a tab', 'givenName', 'Ann\tB', ['warning control-character'], 'Ann B'],
    ['accents are no fault in names', 'displayName', 'Jürgen Žižek 山田', []],
    ['an emoji is no fault', 'displayName', 'Ann 😀', []],
    ['half a character', 'displayName', 'Ann \ud83d', ['error unpaired-surrogate'], 'Ann'],
    ['half a character', 'company', 'Con\udc00toso', ['error unpaired-surrogate'], 'Contoso'],
    ['lines in an address', 'streetAddress', 'A\r\nB', []],
    ['no half character is left by a cut', 'sn', `${x(63)}😀`, ['error too-long'], x(63)]
  ]
  it.each(cases)('%s (%s)', (_, attribute, value, expected, proposal) => {
    const findings = findingsOf({ [attribute]: [value] })
    expect(verdicts(findings)).toEqual(expected)
    expect(proposalOf(findings)).toBe(proposal)
  })

  const blanks: [name: string, attributes: Record<string, string[]>, expected: string, proposal?: string][] =
    [
      ['cn stands in', { displayName: [] }, 'warning blank', 'Sales'],
      ['a blank one is none', { displayName: ['  '] }, 'warning blank', 'Sales'],
      ['so does name', { displayName: [], cn: [], name: ['Sales'] }, 'warning blank', 'Sales'],
      [
        'a cn that lost a conflict',
        { displayName: [], cn: ['Sales\nCNF:1'] },
        'warning blank',
        'Sales CNF:1'
      ],
      ['nothing stands in', { displayName: [], cn: [] }, 'error blank']
    ]
  it.each(blanks)('a group without displayName: %s', (_, attributes, expected, proposal) => {
    const findings = findingsOf(attributes, 'group')
    expect(verdicts(findings)).toEqual([expected])
    expect(proposalOf(findings)).toBe(proposal)
  })

  it('the fix of a missing value has null to replace, that of a blank one the blanks', () => {
    const from = (displayName: string[]) =>
      checkObject({ dn, attributes: { cn: ['S'], displayName } }, 'group')[0]?.fix?.from
    expect([from([]), from([' '])]).toEqual([null, ' '])
  })
})

describe('sizes', () => {
  it.each(['userCertificate', 'userSMIMECertificate'])('%s: 15 values at most', attribute => {
    expect(findingsOf({ [attribute]: Array.from({ length: 15 }, () => 'AA==') })).toEqual([])
    const findings = findingsOf({ [attribute]: Array.from({ length: 16 }, () => 'AA==') })
    expect(verdicts(findings)).toEqual(['warning too-many-values'])
    expect(findings[0]?.value).toBe('16 values')
  })

  it('thumbnailPhoto: 100 KiB at most', () => {
    const photo = (bytes: number) => [Buffer.alloc(bytes).toString('base64')]
    expect(findingsOf({ thumbnailPhoto: photo(102_400) })).toEqual([])
    expect(verdicts(findingsOf({ thumbnailPhoto: photo(102_410) }))).toEqual(['warning too-large'])
  })
})
