import type { AttributeValues, ObjectType } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { addressKeys } from './address-keys.ts'

function keys(attributes: AttributeValues, type: ObjectType = 'user', signIn?: string) {
  return addressKeys({ connector: 'ad', attributes }, type, signIn).map(
    ({ space, attribute, value }) => `${space} ${attribute} ${value}`
  )
}

describe('addressKeys', () => {
  const cases: [name: string, attributes: AttributeValues, expected: string[], type?: ObjectType][] = [
    ['mail in lower case, without spaces', { mail: [' Ann@Contoso.com '] }, ['address mail ann@contoso.com']],
    ['a UPN', { userPrincipalName: ['Ann@x.com'] }, ['address userPrincipalName ann@x.com']],
    ['no UPN of a group', { userPrincipalName: ['Ann@x.com'] }, [], 'group'],
    [
      'SMTP addresses without their prefix, others with it',
      { proxyAddresses: ['SMTP:A@x.com', 'smtp:b@x.com', 'SIP:A@x.com', 'X500:/o=A'] },
      [
        'address proxyAddresses a@x.com',
        'address proxyAddresses b@x.com',
        'address proxyAddresses sip:a@x.com',
        'address proxyAddresses x500:/o=a'
      ]
    ],
    [
      'one value twice in one attribute is one key',
      { proxyAddresses: ['SMTP:a@x.com', 'smtp:A@x.com'] },
      ['address proxyAddresses a@x.com']
    ],
    [
      'one value in two attributes is two keys',
      { mail: ['a@x.com'], proxyAddresses: ['SMTP:a@x.com'] },
      ['address mail a@x.com', 'address proxyAddresses a@x.com']
    ],
    ['a target', { targetAddress: ['SMTP:a@x.com'] }, ['address targetAddress a@x.com'], 'contact'],
    ['a nickname', { mailNickname: ['Ann'] }, ['nickname mailNickname ann']],
    ['an account, in its connector', { sAMAccountName: ['Ann'] }, ['account sAMAccountName ad\nann']],
    ['no account of a contact', { sAMAccountName: ['Ann'] }, [], 'contact'],
    [
      'nothing of blank values',
      { mail: [' '], proxyAddresses: ['', 'smtp:', 'x500: '], sAMAccountName: [' '] },
      []
    ]
  ]
  it.each(cases)('%s', (_, attributes, expected, type) => {
    expect(keys(attributes, type)).toEqual(expected)
  })

  it('an alternate login ID takes the place of the UPN', () => {
    const attributes = { userPrincipalName: ['a@x.com'], mail: ['b@x.com'] }
    expect(keys(attributes, 'user', 'mail')).toEqual(['address mail b@x.com'])
    expect(keys(attributes, 'group', 'mail')).toEqual(['address mail b@x.com'])
  })

  it('tells the value as it stands in the directory', () => {
    expect(
      addressKeys({ connector: 'ad', attributes: { proxyAddresses: [' smtp:A@x.com'] } }, 'user')[0]?.original
    ).toBe(' smtp:A@x.com')
  })
})
