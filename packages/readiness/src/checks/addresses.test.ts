import { describe, expect, it } from 'vitest'
import { findingsOf, proposalOf, verdicts } from '../example-object.ts'

const x = (count: number) => 'x'.repeat(count)
const character = ['error invalid-character']
const nonAscii = ['error non-ascii']

type Case = [name: string, value: string, verdicts: readonly string[], proposal?: string | null | undefined]

/** Of every SMTP address, in whichever attribute. */
const addresses: readonly Case[] = [
  ['plain', 'ann.lee@contoso.com', []],
  ['every sign that is allowed', "a!#$%&'*+-/=?^_`{|}~z@contoso.com", []],
  ['no @', 'ann', ['error address-format']],
  ['an @ at the beginning', '@contoso.com', ['error address-format']],
  ['nothing after the @', 'ann@', ['error address-format']],
  ['two @', 'ann@lee@contoso.com', ['error address-format'], 'annlee@contoso.com'],
  ['a space', 'ann lee@contoso.com', character, 'annlee@contoso.com'],
  ...Array.from('<>();,[]"\\').map(
    (sign): Case => [`the sign ${sign}`, `a${sign}b@contoso.com`, character, 'ab@contoso.com']
  ),
  ['an accent', 'andré@contoso.com', nonAscii, 'andre@contoso.com'],
  ['Greek', 'άννα@contoso.com', nonAscii],
  ['a period at the beginning', '.ann@contoso.com', ['error misplaced-period'], 'ann@contoso.com'],
  ['a period before the @', 'ann.@contoso.com', ['error misplaced-period'], 'ann@contoso.com'],
  ['two periods', 'a..b@contoso.com', ['error misplaced-period'], 'a.b@contoso.com'],
  ['a bad domain', 'ann@contoso!.com', ['error domain-part'], 'ann@contoso.com'],
  ['two periods in the domain', 'ann@contoso..com', ['error domain-part'], 'ann@contoso.com'],
  ['.local', 'ann@contoso.local', ['warning unroutable-domain']],
  ['a suffix in xn--', 'ann@contoso.xn--p1ai', []]
]

describe('mail', () => {
  const own: readonly Case[] = [
    ...addresses,
    ['a prefix', 'SMTP:ann@contoso.com', ['error address-prefix', ...character], 'ann@contoso.com'],
    ['256 characters', `${x(244)}@contoso.com`, []],
    ['257 characters', `${x(245)}@contoso.com`, ['error too-long'], `${x(244)}@contoso.com`],
    ['spaces around', ' ann@contoso.com', ['warning spaces-around'], 'ann@contoso.com'],
    ['blank', '  ', []]
  ]
  it.each(own)('%s', (_, value, expected, proposal) => {
    for (const type of ['user', 'group', 'contact'] as const) {
      const findings = findingsOf({ mail: [value] }, type)
      expect(verdicts(findings)).toEqual(expected)
      expect(proposalOf(findings)).toBe(proposal)
    }
  })
})

describe.each(['smtp:', 'SMTP:'])('values with %s', prefix => {
  const own = addresses.map(([name, value, expected, proposal]): Case => {
    const whole = typeof proposal === 'string' ? `${prefix}${proposal}` : proposal
    return [name, `${prefix}${value}`, expected, whole]
  })
  it.each(own)('targetAddress: %s', (_, value, expected, proposal) => {
    const findings = findingsOf({ targetAddress: [value] })
    expect(verdicts(findings)).toEqual(expected)
    expect(proposalOf(findings)).toBe(proposal)
  })
  it.each(own)('proxyAddresses: %s', (_, value, expected, proposal) => {
    const findings = findingsOf({ proxyAddresses: ['SMTP:primary@contoso.com', value] })
    const of = findings.filter(({ code, value: found }) => code !== 'several-primaries' && found === value)
    expect(verdicts(of)).toEqual(expected)
    expect(proposalOf(of)).toBe(proposal)
  })
})

describe('values with other prefixes, and with none', () => {
  const cases: readonly Case[] = [
    ['x500', 'x500:/o=Org/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=ann', []],
    ['x500 with brackets', 'x500:/o=[a]', character, 'x500:/o=a'],
    ['x500 with an apostrophe', "X500:/o=o'n", character, 'X500:/o=on'],
    ['x500 with a tab', 'x500:/o=a\tb', character, 'x500:/o=ab'],
    ['x400 with spaces and semicolons', 'X400:C=US;A= ;P=Org;O=Ex;S=Lee;G=Ann;', []],
    ['sip', 'sip:ann@contoso.com', []],
    ['sip with a space', 'sip:ann lee@contoso.com', character, 'sip:annlee@contoso.com'],
    ['smtp: inside a value of another kind', 'x500:/o=a/cn=smtp b', []],
    [
      'a colon after the prefix',
      'smtp:ann:lee@contoso.com',
      ['error extra-colon'],
      'smtp:annlee@contoso.com'
    ],
    ['a doubled prefix', 'smtp:SMTP:a@contoso.com', ['error extra-colon'], 'smtp:a@contoso.com'],
    ['mailto after smtp', 'smtp:mailto:a@contoso.com', ['error extra-colon'], 'smtp:a@contoso.com'],
    ['no prefix', 'a@contoso.com', ['error address-prefix'], 'smtp:a@contoso.com'],
    ['no prefix and no @', 'a', ['error address-prefix']],
    ['a colon at the beginning', ':a@contoso.com', ['error address-prefix'], 'smtp:a@contoso.com'],
    ['a misspelt prefix', 'smpt:a@contoso.com', ['warning address-prefix'], 'smtp:a@contoso.com'],
    ['a space before the colon', 'smtp :a@contoso.com', ['warning address-prefix'], 'smtp:a@contoso.com'],
    ['a prefix in mixed case', 'Smtp:a@contoso.com', ['warning address-prefix'], 'smtp:a@contoso.com'],
    ['an unknown prefix', 'abc:d', ['warning address-prefix']],
    ['256 characters', `smtp:${x(239)}@contoso.com`, []],
    ['257 characters', `smtp:${x(240)}@contoso.com`, ['error too-long'], `smtp:${x(239)}@contoso.com`],
    ['a long SMTP address', `smtp:${x(260)}@contoso.com`, ['error too-long'], `smtp:${x(239)}@contoso.com`],
    ['a long x500 address', `x500:/o=${x(260)}`, ['error too-long']],
    ['spaces around', ' smtp:a@contoso.com ', ['warning spaces-around'], 'smtp:a@contoso.com'],
    ['a space after the prefix', 'smtp: a@contoso.com', character, 'smtp:a@contoso.com']
  ]
  it.each(cases)('proxyAddresses: %s', (_, value, expected, proposal) => {
    const findings = findingsOf({ proxyAddresses: ['SMTP:primary@contoso.com', value] })
    expect(verdicts(findings)).toEqual(expected)
    expect(proposalOf(findings)).toBe(proposal)
  })

  it('targetAddress: what has no prefix is an SMTP address', () => {
    const findings = findingsOf({ targetAddress: ['a@contoso.com'] })
    expect(verdicts(findings)).toEqual(['error address-prefix'])
    expect(proposalOf(findings)).toBe('SMTP:a@contoso.com')
  })
})
