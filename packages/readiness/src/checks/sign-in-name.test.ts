import { describe, expect, it } from 'vitest'
import { checkObject } from '../check-object.ts'
import { dn, findingsOf, proposalOf, verdicts } from '../example-object.ts'

const x = (count: number) => 'x'.repeat(count)
const domain48 = `${x(44)}.com`
const domain49 = `${x(45)}.com`
const format = ['error address-format']
const character = ['error invalid-character']
const nonAscii = ['error non-ascii']

type Case = [name: string, upn: string, verdicts: readonly string[], proposal?: string]
const cases: readonly Case[] = [
  ['a plain name', 'ann@contoso.com', []],
  ['every character that is allowed', "Ann.o'l_e-e!a#b^c~9@contoso.com", []],
  ['a guest', 'ann_fabrikam.com#EXT#@contoso.onmicrosoft.com', []],
  ['a space inside', 'ann lee@contoso.com', character, 'annlee@contoso.com'],
  ['a space before the @', 'ann @contoso.com', character, 'ann@contoso.com'],
  ['spaces around', ' ann@contoso.com ', ['warning spaces-around'], 'ann@contoso.com'],
  ['a control character', 'ann\u0007@contoso.com', character, 'ann@contoso.com'],
  ...Array.from('\\%&*+/=?{}|<>();:,[]"$`').map(
    (sign): Case => [`the sign ${sign}`, `a${sign}nn@contoso.com`, character, 'ann@contoso.com']
  ),
  ['no @', 'ann', format, 'ann@corp.contoso.com'],
  ['an @ at the beginning', '@contoso.com', format, 'ann@contoso.com'],
  ['nothing after the @', 'ann@', format, 'ann@corp.contoso.com'],
  ['two @', 'ann@lee@contoso.com', format, 'annlee@contoso.com'],
  ['a period before the @', 'ann.@contoso.com', ['error misplaced-period'], 'ann@contoso.com'],
  ['a period at the beginning', '.ann@contoso.com', ['warning misplaced-period'], 'ann@contoso.com'],
  ['two periods', 'ann..lee@contoso.com', ['warning misplaced-period'], 'ann.lee@contoso.com'],
  ['an umlaut', 'jürgen@contoso.com', nonAscii, 'jurgen@contoso.com'],
  ['an accent', 'andré@contoso.com', nonAscii, 'andre@contoso.com'],
  ['a decomposed accent', 'andre\u0301@contoso.com', nonAscii, 'andre@contoso.com'],
  ['letters that do not decompose', 'Łøß@contoso.com', nonAscii, 'Loss@contoso.com'],
  ['a typographic apostrophe', 'o’neil@contoso.com', nonAscii, "o'neil@contoso.com"],
  ['an invisible space', 'ann\u200b@contoso.com', nonAscii, 'ann@contoso.com'],
  ['half a character', 'ann\ud83d@contoso.com', nonAscii, 'ann@contoso.com'],
  ['an emoji', 'ann😀@contoso.com', nonAscii, 'ann@contoso.com'],
  ['Cyrillic: no half name is proposed', 'иван2@contoso.com', nonAscii],
  ['an umlaut in the domain', 'ann@müller.de', nonAscii, 'ann@xn--mller-kva.de'],
  ['an underscore in the domain', 'ann@con_toso.com', ['error domain-part'], 'ann@contoso.com'],
  ['a hyphen at the edge of a label', 'ann@contoso-.com', ['error domain-part'], 'ann@contoso.com'],
  ['a period behind the domain', 'ann@contoso.com.', ['error domain-part'], 'ann@contoso.com'],
  ['a domain of one label', 'ann@corp', ['error domain-part']],
  ['.local', 'ann@contoso.local', ['warning unroutable-domain']],
  ['.internal', 'ann@contoso.internal', ['warning unroutable-domain']],
  ['a suffix that no one can own', 'ann@co.uk', ['warning unroutable-domain']],
  ['a new suffix', 'ann@contoso.photography', []],
  ['a suffix in xn--', 'ann@contoso.xn--p1ai', []],
  ['113 characters: 64 and 48', `${x(64)}@${domain48}`, []],
  ['65 before the @', `${x(65)}@contoso.com`, ['error too-long'], `${x(64)}@contoso.com`],
  ['49 after the @', `ann@${domain49}`, ['error too-long']],
  ['# at the beginning', '#ann@contoso.com', ['warning unexpected-start'], 'ann@contoso.com'],
  ['several signs at the beginning', "-!'ann@contoso.com", ['warning unexpected-start'], 'ann@contoso.com'],
  ['_ at the beginning', '_ann@contoso.com', []],
  ['nothing would be left', '#@contoso.com', ['warning unexpected-start']],
  [
    'each fix builds on the one before',
    ' .ann é..@contoso.com',
    ['warning spaces-around', 'error invalid-character', 'error non-ascii', 'error misplaced-period'],
    'anne@contoso.com'
  ]
]

describe('userPrincipalName', () => {
  it.each(cases)('%s', (_, upn, expected, proposal) => {
    const findings = findingsOf({ userPrincipalName: [upn] })
    expect(verdicts(findings)).toEqual(expected)
    expect(proposalOf(findings)).toBe(proposal)
  })

  it('names the characters', () => {
    const [finding] = findingsOf({ userPrincipalName: ['a b\u0007?@contoso.com'] })
    expect(finding?.why).toMatch(/It has: space, U\+0007, "\?"\.$/)
  })

  it('a domain that the tenant has verified is not called unroutable, and another one by suffixFinding', () => {
    const settings = { verifiedDomains: new Set(['contoso.test']) }
    const name = (domain: string) => ({ userPrincipalName: [`ann@${domain}`], mail: [`ann@${domain}`] })
    expect(findingsOf(name('Contoso.test'), 'user', settings)).toEqual([])
    expect(findingsOf(name('corp.local'), 'user', settings).map(({ attribute }) => attribute)).toEqual([
      'mail'
    ])
  })

  const missing: [name: string, attributes: Record<string, string[]>, expected: string, proposal?: string][] =
    [
      ['the account stands in', {}, 'warning blank', 'ann@corp.contoso.com'],
      ['mail is what people know', { mail: ['ann.lee@contoso.com'] }, 'warning blank', 'ann.lee@contoso.com'],
      ['a blank value', { userPrincipalName: ['  '] }, 'warning blank', 'ann@corp.contoso.com'],
      ['no account either', { sAMAccountName: [] }, 'error blank'],
      ['an account that cannot be one', { sAMAccountName: ['ann&lee'] }, 'error blank'],
      ['mail that cannot be one', { sAMAccountName: [], mail: ['a&b@contoso.com'] }, 'error blank']
    ]
  it.each(missing)('missing: %s', (_, attributes, expected, proposal) => {
    const findings = findingsOf({ userPrincipalName: [], ...attributes })
    expect(verdicts(findings)).toContain(expected)
    expect(proposalOf(findings.filter(({ code }) => code === 'blank'))).toBe(proposal)
  })

  it('missing in a domain that is not public: no proposal', () => {
    const attributes = { cn: ['Ann'], displayName: ['Ann'], sAMAccountName: ['ann'] }
    const findings = checkObject({ dn: 'CN=Ann,DC=contoso,DC=local', attributes }, 'user')
    expect(verdicts(findings)).toEqual(['warning blank'])
    expect(proposalOf(findings)).toBeUndefined()
  })

  it('is replaced by the attribute of an alternate login ID', () => {
    const attributes = {
      cn: ['Ann'],
      displayName: ['Ann'],
      userPrincipalName: ['ä'],
      mail: ['a&b@contoso.com']
    }
    const findings = checkObject({ dn, attributes }, 'user', { signInAttribute: 'mail' })
    expect(findings.map(({ attribute, code }) => `${attribute} ${code}`)).toEqual(['mail invalid-character'])
  })

  it('is no matter of groups and contacts', () => {
    for (const type of ['group', 'contact'] as const) {
      expect(findingsOf({ userPrincipalName: ['ä'] }, type)).toEqual([])
    }
  })
})
