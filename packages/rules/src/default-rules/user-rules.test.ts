import type { AttributeRecord, AttributeValues, Projection } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { compileRules } from '../engine/rule-set.ts'
import { anchor, anna, objectGuid, projectionOf, staged, stagedWith } from '../engine/staged-objects.ts'
import { extensionAttributes } from './extension-attributes.ts'

const rules = compileRules()

function user(attributes: AttributeValues): Projection {
  return projectionOf(rules, stagedWith('user', attributes))
}

const noExtensions = Object.fromEntries(extensionAttributes.map(name => [name, null]))

describe('to the tenant', () => {
  const cases: [string, AttributeValues, AttributeRecord][] = [
    ['is enabled when the bit is not set', { userAccountControl: ['512'] }, { accountEnabled: true }],
    ['is disabled when the bit is set', { userAccountControl: ['514'] }, { accountEnabled: false }],
    ['loses the spaces around a value', { department: ['  Sales '] }, { department: 'Sales' }],
    ['has a blank value cleared', { department: ['   '] }, { department: null }],
    ['has a missing value cleared', {}, { department: null, surname: null, businessPhones: [] }],
    ['has one business phone', { telephoneNumber: ['1', '2'] }, { businessPhones: ['1'] }],
    [
      'without a UPN has the sign-in name of AD',
      { userPrincipalName: [] },
      { userPrincipalName: 'aberg@corp.example' }
    ],
    [
      'has a UPN without the spaces around it',
      { userPrincipalName: [' a@b.c '] },
      { userPrincipalName: 'a@b.c' }
    ],
    ['without displayName has the common name', { displayName: [] }, { displayName: 'Anna Berg' }],
    ['without cn has the name', { displayName: [], cn: [], name: ['Anna'] }, { displayName: 'Anna' }],
    ['has an alias from mailNickname', { mailNickname: ['a berg'] }, { mailNickname: 'aberg' }],
    ['has an alias from mail', { mail: ['ab@example.com'] }, { mailNickname: 'ab', mail: 'ab@example.com' }],
    ['has an alias from the UPN', {}, { mailNickname: 'anna.berg' }],
    ['has an alias without accents', { mailNickname: ['ångström'] }, { mailNickname: 'angstrom' }],
    ['has an alias without dots around it', { mailNickname: ['.a.b.'] }, { mailNickname: 'a.b' }],
    ['has a country code in upper case', { msExchUsageLocation: ['de'] }, { usageLocation: 'DE' }],
    ['has an anchor from objectGUID', {}, { onPremisesImmutableId: anchor }],
    [
      'has an anchor from mS-DS-ConsistencyGuid',
      { 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] },
      { onPremisesImmutableId: 'AAECAwQFBgcICQoLDA0ODw==' }
    ],
    [
      'has a name and an address under the names of Graph',
      {
        givenName: ['A'],
        sn: ['Berg'],
        streetAddress: ['1'],
        l: ['Bonn'],
        st: ['NRW'],
        postalCode: ['5'],
        co: ['DE']
      },
      {
        givenName: 'A',
        surname: 'Berg',
        streetAddress: '1',
        city: 'Bonn',
        state: 'NRW',
        postalCode: '5',
        country: 'DE'
      }
    ],
    [
      'has a place of work under the names of Graph',
      { title: ['CEO'], company: ['Contoso'], department: ['D'], physicalDeliveryOfficeName: ['7'] },
      { jobTitle: 'CEO', companyName: 'Contoso', department: 'D', officeLocation: '7' }
    ],
    [
      'has numbers and a language under the names of Graph',
      { mobile: ['1'], facsimileTelephoneNumber: ['2'], preferredLanguage: ['de-DE'] },
      { mobilePhone: '1', faxNumber: '2', preferredLanguage: 'de-DE' }
    ],
    [
      'is known to the personnel office',
      { employeeID: ['7'], employeeType: ['T'] },
      { employeeId: '7', employeeType: 'T' }
    ],
    [
      'has a division with both parts',
      { division: ['North'] },
      { employeeOrgData: { division: 'North', costCenter: null } }
    ],
    ['without extension attributes has all cleared', {}, { onPremisesExtensionAttributes: null }],
    [
      'with some extension attributes has the others cleared',
      { extensionAttribute1: [' one '], extensionAttribute15: ['fifteen'] },
      {
        onPremisesExtensionAttributes: {
          ...noExtensions,
          extensionAttribute1: 'one',
          extensionAttribute15: 'fifteen'
        }
      }
    ]
  ]
  it.each(cases)('a user %s', (_what, attributes, expected) => {
    const { export: desired, problems } = user(attributes)
    expect(desired).toMatchObject(expected)
    expect(problems).toEqual([])
  })

  it.each(['mail', 'usageLocation', 'employeeOrgData'])('says nothing about a missing %s', property => {
    expect(user({}).export).not.toHaveProperty(property)
  })

  it('has an alias from the GUID when nothing else gives one', () => {
    const object = stagedWith('user', { userPrincipalName: ['営業@example.com'] })
    const { problems } = projectionOf(rules, object)
    expect(problems).toMatchObject([{ code: 'upn-invalid-character' }])
    expect(rules.explain([object]).tenant).toContainEqual(
      expect.objectContaining({ attribute: 'mailNickname', value: objectGuid })
    )
  })
})

describe('into the metaverse', () => {
  const cases: [string, AttributeValues, AttributeRecord][] = [
    [
      'proxy addresses are trimmed and kept once',
      { proxyAddresses: ['SMTP:a@b.c', ' smtp:d@e.f ', 'smtp:d@e.f', ' '] },
      { proxyAddresses: ['SMTP:a@b.c', 'smtp:d@e.f'] }
    ],
    ['no proxy addresses are none', { proxyAddresses: [' '] }, { proxyAddresses: null }],
    ['mailNickname comes from the Exchange rule', { mailNickname: [' ab '] }, { mailNickname: 'ab' }],
    ['the account name is kept', {}, { sAMAccountName: 'aberg' }],
    ['the GUID is kept as text', {}, { objectGUID: objectGuid }]
  ]
  it.each(cases)('%s', (_what, attributes, expected) => {
    expect(user(attributes).attributes).toMatchObject(expected)
  })

  it.each([
    ['mailNickname', 'its rule is for those who have one'],
    ['extensionAttribute1', 'fifteen nulls would be of use to nobody'],
    ['division', 'few have one'],
    ['homePhone', 'no rule reads it'],
    ['description', 'no rule reads it']
  ])('a missing %s takes no room: %s', name => {
    expect(user({}).attributes).not.toHaveProperty(name)
  })
})

describe('is not exported', () => {
  const blocked: [string, AttributeValues, string][] = [
    ['an accent in the UPN', { userPrincipalName: ['ängela@example.com'] }, 'upn-invalid-character'],
    ['a space in the UPN', { userPrincipalName: ['an na@example.com'] }, 'upn-invalid-character'],
    ['no @ in the UPN', { userPrincipalName: ['anna'] }, 'upn-invalid-format'],
    ['nothing after the @', { userPrincipalName: ['anna@'] }, 'upn-invalid-format'],
    ['a dot before the @', { userPrincipalName: ['anna.@example.com'] }, 'upn-invalid-format'],
    ['65 characters before the @', { userPrincipalName: [`${'a'.repeat(65)}@example.com`] }, 'upn-too-long'],
    ['49 characters after the @', { userPrincipalName: [`a@${'b'.repeat(49)}`] }, 'upn-too-long'],
    ['a userAccountControl that cannot be read', { userAccountControl: [] }, 'account-state-unreadable'],
    ['a userAccountControl that is no number', { userAccountControl: ['x'] }, 'account-state-unreadable'],
    ['a display name of 257 characters', { displayName: ['x'.repeat(257)] }, 'value-too-long'],
    ['no name at all', { displayName: [], cn: [] }, 'display-name-missing'],
    ['an anchor of the wrong size', { 'mS-DS-ConsistencyGuid': ['AAAA'] }, 'source-anchor-invalid'],
    ['only a linked mailbox', { msExchRecipientTypeDetails: ['2'] }, 'source-anchor-missing']
  ]
  it.each(blocked)('with %s', (_what, attributes, code) => {
    const result = user(attributes)
    expect(result.export).toBeUndefined()
    expect(result.problems).toMatchObject([{ code, severity: 'blocking' }])
  })

  it('without a UPN and outside any domain', () => {
    const object = staged({ dn: 'CN=Anna', attributes: { ...anna, userPrincipalName: [] } })
    expect(projectionOf(rules, object).problems).toMatchObject([
      { code: 'upn-missing', severity: 'blocking' }
    ])
  })

  it('but everything else of an account that is there, when its name is refused', () => {
    const { partial } = user({
      userPrincipalName: ['änna@example.com'],
      userAccountControl: ['514'],
      department: ['Analysis']
    })
    expect(partial).toMatchObject({ accountEnabled: false, department: 'Analysis' })
    expect(partial).not.toHaveProperty('userPrincipalName')
  })

  it('but is disabled all the same when it is in doubt whose the account is', () => {
    const doubtful = { 'mS-DS-ConsistencyGuid': ['AAEC'] }
    expect(user({ ...doubtful, userAccountControl: ['514'] }).partial).toEqual({ accountEnabled: false })
    expect(user({ ...doubtful, userAccountControl: ['512'] }).partial).toBeUndefined()
  })
})

describe('is exported without', () => {
  const warned: [string, AttributeValues, string, string][] = [
    ['a given name of 65 characters', { givenName: ['x'.repeat(65)] }, 'givenName', 'value-too-long'],
    ['a family name of 65 characters', { sn: ['x'.repeat(65)] }, 'surname', 'value-too-long'],
    ['a department of 65 characters', { department: ['x'.repeat(65)] }, 'department', 'value-too-long'],
    ['a company of 65 characters', { company: ['x'.repeat(65)] }, 'companyName', 'value-too-long'],
    ['a title of 129 characters', { title: ['x'.repeat(129)] }, 'jobTitle', 'value-too-long'],
    ['a mobile number of 65 characters', { mobile: ['1'.repeat(65)] }, 'mobilePhone', 'value-too-long'],
    ['a street of 1025 characters', { streetAddress: ['x'.repeat(1025)] }, 'streetAddress', 'value-too-long'],
    ['a town of 129 characters', { l: ['x'.repeat(129)] }, 'city', 'value-too-long'],
    ['a state of 129 characters', { st: ['x'.repeat(129)] }, 'state', 'value-too-long'],
    ['a country of 129 characters', { co: ['x'.repeat(129)] }, 'country', 'value-too-long'],
    ['a postal code of 41 characters', { postalCode: ['1'.repeat(41)] }, 'postalCode', 'value-too-long'],
    ['an employee number of 17 characters', { employeeID: ['1'.repeat(17)] }, 'employeeId', 'value-too-long'],
    ['an address with an accent', { mail: ['ä@example.com'] }, 'mail', 'mail-invalid'],
    [
      'a country instead of its code',
      { msExchUsageLocation: ['Germany'] },
      'usageLocation',
      'usage-location-invalid'
    ]
  ]
  it.each(warned)('%s', (_what, attributes, left, code) => {
    const result = user(attributes)
    expect(result.export).not.toHaveProperty(left)
    expect(result.problems).toMatchObject([{ code, severity: 'warning' }])
  })

  it('a mailNickname that is too long: the next alias serves', () => {
    const result = user({ mailNickname: ['x'.repeat(65)] })
    expect(result.export).toMatchObject({ mailNickname: 'anna.berg' })
    expect(result.problems).toMatchObject([{ code: 'value-too-long', attribute: 'mailNickname' }])
  })

  it('one extension attribute of 1025 characters: the others go', () => {
    const result = user({ extensionAttribute3: ['x'.repeat(1025)], extensionAttribute4: ['y'] })
    const { extensionAttribute3: _, ...others } = noExtensions
    expect(result.export?.onPremisesExtensionAttributes).toEqual({ ...others, extensionAttribute4: 'y' })
    expect(result.problems).toMatchObject([{ code: 'value-too-long', attribute: 'extensionAttribute3' }])
  })
})

it('inetOrgPerson is a user, and has the rules that are called so', () => {
  const person = staged({ objectClass: 'inetOrgPerson', attributes: { ...anna, mailNickname: ['ab'] } })
  expect(projectionOf(rules, person)).toEqual(user({ mailNickname: ['ab'] }))
  const [object] = rules.explain([person]).objects
  expect(object?.rules.map(({ rule, precedence, fits }) => [precedence, rule, fits])).toEqual([
    [101, 'In from AD - InetOrgPerson Join', true],
    [103, 'In from AD - InetOrgPerson AccountEnabled', true],
    [105, 'In from AD - InetOrgPerson Common from Exchange', true],
    [107, 'In from AD - InetOrgPerson Common', true],
    [109, 'In from AD - InetOrgPerson Exchange', true],
    [111, 'In from AD - InetOrgPerson Lync', true]
  ])
})

describe('scope guards', () => {
  const cases: [rule: string, AttributeValues, fits: boolean][] = [
    ['In from AD - User AccountEnabled', { userAccountControl: ['512'] }, true],
    ['In from AD - User AccountEnabled', { userAccountControl: ['66050'] }, false],
    ['In from AD - User AccountEnabled', { userAccountControl: [] }, false],
    ['In from AD - User Common from Exchange', { mailNickname: ['a'] }, true],
    ['In from AD - User Common from Exchange', { mailNickname: [] }, false],
    ['In from AD - User Common from Exchange', { mailNickname: [' '] }, false],
    ['In from AD - User Common', {}, true],
    ['In from AD - User Exchange', { mailNickname: ['a'] }, true],
    ['In from AD - User Exchange', { mailNickname: [] }, false]
  ]
  it.each(cases)('%s, %j: %s', (name, attributes, fits) => {
    const [object] = rules.explain([stagedWith('user', attributes)]).objects
    expect(object?.rules).toContainEqual(expect.objectContaining({ rule: name, fits }))
  })
})
