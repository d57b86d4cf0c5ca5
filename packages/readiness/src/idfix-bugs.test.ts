import type { AttributeValues, ObjectType } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { addressKeys } from './address-keys.ts'
import { checkObject } from './check-object.ts'
import { duplicateFinding } from './conflicts.ts'
import { faultless, findingsOf } from './example-object.ts'

interface Bug {
  /** What IdFix did. */
  readonly bug: string
  readonly attributes: AttributeValues
  readonly expected: readonly string[]
  readonly type?: ObjectType
}

const x = (count: number) => 'x'.repeat(count)

/** Defects of IdFix 2.6.0.3, and what is found in their place. */
const bugs: readonly Bug[] = [
  {
    bug: 'MailNickNamePeriodsRule never reports: leading',
    attributes: { mailNickname: ['.ann'] },
    expected: ['mailNickname misplaced-period']
  },
  {
    bug: 'MailNickNamePeriodsRule never reports: trailing',
    attributes: { mailNickname: ['ann.'] },
    expected: ['mailNickname misplaced-period']
  },
  {
    bug: 'MailNickNamePeriodsRule never reports: doubled',
    attributes: { mailNickname: ['a..b'] },
    expected: ['mailNickname misplaced-period']
  },
  {
    bug: 'MailMatch is documented and absent',
    attributes: { mail: ['a@contoso.com'], proxyAddresses: ['SMTP:b@contoso.com'] },
    expected: ['mail mail-not-primary']
  },
  {
    bug: '64 characters before the @ of a UPN are documented, not coded',
    attributes: { userPrincipalName: [`${x(65)}@contoso.com`] },
    expected: ['userPrincipalName too-long']
  },
  {
    bug: '48 characters after the @ of a UPN are documented, not coded',
    attributes: { userPrincipalName: [`ann@${x(45)}.com`] },
    expected: ['userPrincipalName too-long']
  },
  {
    bug: 'a missing UPN is never flagged',
    attributes: { userPrincipalName: [] },
    expected: ['userPrincipalName blank']
  },
  { bug: 'sn is not checked', attributes: { sn: [x(65)] }, expected: ['sn too-long'] },
  { bug: 'givenName is cut at 63, documented are 64', attributes: { givenName: [x(64)] }, expected: [] },
  {
    bug: 'displayName is cut at 255, documented are 256',
    attributes: { displayName: [x(256)] },
    expected: []
  },
  {
    bug: 'targetAddress is cut at 255, documented are 256',
    attributes: { targetAddress: [`SMTP:${x(239)}@contoso.com`] },
    expected: []
  },
  {
    bug: 'msExchRecipientTypeDetails is compared with texts as "0x1000", LDAP has decimals: it skips nobody here either',
    attributes: { msExchRecipientTypeDetails: ['4096'], userPrincipalName: ['a b@contoso.com'] },
    expected: ['userPrincipalName invalid-character']
  },
  ...['Guest, John', 'Msolberg, Kari', 'Administration DL', 'Support_Team', 'HealthMailboxes of Ward 3'].map(
    (cn): Bug => ({
      bug: `"${cn}" is skipped for how its cn begins`,
      attributes: { cn: [cn], userPrincipalName: ['a b@contoso.com'] },
      expected: ['userPrincipalName invalid-character']
    })
  ),
  {
    bug: 'smtp: counts anywhere in a value',
    attributes: { proxyAddresses: ['x500:/o=a/cn=smtp-b c'] },
    expected: []
  },
  { bug: "a UPN may not have '", attributes: { userPrincipalName: ["o'neil@contoso.com"] }, expected: [] },
  ...['ñ', 'ç', 'é', 'å', 'ř', 'ğ', 'ı', 'ë'].map(
    (letter): Bug => ({
      bug: `only six letters with two dots are tested, ${letter} counts too`,
      attributes: { userPrincipalName: [`${letter}nn@contoso.com`] },
      expected: ['userPrincipalName non-ascii']
    })
  ),
  { bug: 'xn-- suffixes are refused', attributes: { mail: ['ann@xn--80aswg.xn--p1ai'] }, expected: [] },
  { bug: 'the list of suffixes is old', attributes: { mail: ['ann@contoso.zuerich'] }, expected: [] }
]

describe('bugs of IdFix', () => {
  it.each(bugs)('$bug', ({ attributes, expected, type }) => {
    const found = findingsOf(attributes, type).map(({ attribute, code }) => `${attribute} ${code}`)
    expect(found).toEqual(expected)
  })

  it('sAMAccountName is checked always, documented is "without a UPN": an error only then', () => {
    const severities = (userPrincipalName: string[]) =>
      findingsOf({ sAMAccountName: ['a+b'], userPrincipalName })
        .filter(({ attribute }) => attribute === 'sAMAccountName')
        .map(({ severity }) => severity)
    expect([severities(['ann@contoso.com']), severities([])]).toEqual([['warning'], ['error']])
  })

  it('duplicates are not seen across attributes', () => {
    const other = { connector: 'ad', attributes: { proxyAddresses: ['smtp:Ann@contoso.com'] } }
    const own = { connector: 'ad', attributes: { ...faultless.user } }
    const [key] = addressKeys(own, 'user')
    const [theirs] = addressKeys(other, 'group')
    expect(key?.value).toBe(theirs?.value)
    const holder = {
      connector: 'ad',
      objectGuid: 'g',
      dn: 'CN=G',
      objectType: 'group',
      attribute: 'proxyAddresses'
    } as const
    const found = key && duplicateFinding({ connector: 'ad', objectType: 'user' }, key, [holder])
    expect(found?.severity).toBe('error')
  })

  it('an object is not looked at twice for each other one: time grows with the number of values', () => {
    const addresses = (count: number) => Array.from({ length: count }, (_, at) => `smtp:a${at} b@contoso.com`)
    const findings = checkObject(
      { dn: 'CN=A', attributes: { ...faultless.user, proxyAddresses: addresses(2000) } },
      'user'
    )
    expect(findings.filter(({ code }) => code === 'invalid-character')).toHaveLength(2000)
  })
})
