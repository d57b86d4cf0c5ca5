import type { AttributeRecord, AttributeValues, StagedObject } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { type Projected, synchronise } from './synchronise.ts'

const objectGuid = '33221100-5544-7766-8899-aabbccddeeff'

const anna: AttributeValues = {
  cn: ['Anna Berg'],
  sAMAccountName: ['aberg'],
  userPrincipalName: ['anna.berg@example.com'],
  userAccountControl: ['512'],
  displayName: ['Anna Berg']
}

const sales: AttributeValues = {
  cn: ['Sales'],
  sAMAccountName: ['Sales Team'],
  groupType: ['-2147483646']
}

function staged(changes: Partial<StagedObject>): StagedObject {
  return {
    connector: 'corp.example',
    objectGuid,
    dn: 'CN=Anna Berg,OU=People,DC=corp,DC=example',
    parentGuid: undefined,
    objectClass: 'user',
    deleted: false,
    attributes: anna,
    revision: 1,
    synchronisedRevision: 0,
    ...changes
  }
}

function user(attributes: AttributeValues): Projected {
  return projected(staged({ attributes: { ...anna, ...attributes } }))
}

function group(attributes: AttributeValues): Projected {
  return projected(staged({ objectClass: 'group', attributes: { ...sales, ...attributes } }))
}

function projected(object: StagedObject): Projected {
  const result = synchronise(object)
  if (result.outcome !== 'projected') throw new Error(`expected a projection, got ${result.reason.code}`)
  return result
}

describe('scope', () => {
  const cases: [string, Partial<StagedObject>, string][] = [
    ['a deleted object', { deleted: true }, 'deleted'],
    ['a computer', { objectClass: 'computer' }, 'object-class-not-synchronised'],
    ['an organizational unit', { objectClass: 'organizationalUnit' }, 'object-class-not-synchronised'],
    ['a container', { objectClass: 'container' }, 'object-class-not-synchronised'],
    ['a user outside the containers of the scope', { outOfScope: 'container' }, 'outside-scope-container'],
    ['a user outside the groups of the scope', { outOfScope: 'group' }, 'outside-scope-group'],
    [
      'a user whom the conditions of the scope leave out',
      { outOfScope: 'condition' },
      'outside-scope-condition'
    ],
    [
      'a computer outside the scope',
      { objectClass: 'computer', outOfScope: 'group' },
      'object-class-not-synchronised'
    ],
    [
      'a critical system object',
      { attributes: { ...anna, isCriticalSystemObject: ['TRUE'] } },
      'critical-system-object'
    ],
    [
      'a synchronisation account',
      { attributes: { ...anna, sAMAccountName: ['MSOL_0123'] } },
      'service-object'
    ],
    ['an Exchange CAS mailbox', { attributes: { ...anna, mailNickname: ['CAS_{0}'] } }, 'service-object'],
    [
      'a user without sAMAccountName',
      { attributes: { ...anna, sAMAccountName: [] } },
      'account-name-missing'
    ],
    ['a user who opted out', { attributes: { ...anna, adminDescription: ['User_no'] } }, 'opted-out'],
    [
      'a discovery mailbox',
      { attributes: { ...anna, msExchRecipientTypeDetails: ['536870912'] } },
      'system-mailbox'
    ],
    ['a conflict object', { dn: `CN=Anna\\0ACNF:${objectGuid},DC=corp,DC=example` }, 'replication-conflict'],
    [
      'a group that opted out',
      { objectClass: 'group', attributes: { ...sales, adminDescription: ['Group_no'] } },
      'opted-out'
    ],
    [
      'a distribution group',
      { objectClass: 'group', attributes: { ...sales, groupType: ['2'] } },
      'distribution-group'
    ],
    [
      'a role group of Exchange',
      { objectClass: 'group', attributes: { ...sales, msExchRecipientTypeDetails: ['1073741824'] } },
      'service-object'
    ]
  ]
  it.each(cases)('%s is out of scope', (_what, changes, code) => {
    expect(synchronise(staged(changes))).toMatchObject({ outcome: 'out-of-scope', reason: { code } })
  })

  it.each([
    ['a user whose name only looks like an opt-out of groups', { adminDescription: ['Group_x'] }],
    ['a user whose container, not name, holds CNF', {}],
    ['a user with an ordinary mailbox', { msExchRecipientTypeDetails: ['1'] }]
  ])('%s is in scope', (_what, attributes) => {
    const dn = 'CN=Anna,OU=x\\0ACNF:1,DC=corp,DC=example'
    expect(synchronise(staged({ dn, attributes: { ...anna, ...attributes } })).outcome).toBe('projected')
  })
})

describe('users', () => {
  const cases: [string, AttributeValues, AttributeRecord][] = [
    ['is enabled when the bit is not set', { userAccountControl: ['512'] }, { accountEnabled: true }],
    ['is disabled when the bit is set', { userAccountControl: ['514'] }, { accountEnabled: false }],
    ['loses the spaces around a value', { department: ['  Sales '] }, { department: 'Sales' }],
    ['has a blank value cleared', { department: ['   '] }, { department: null }],
    ['has a missing value cleared', {}, { department: null, surname: null, businessPhones: [] }],
    ['has one business phone', { telephoneNumber: ['1', '2'] }, { businessPhones: ['1'] }],
    [
      'gets the sign-in name of AD when there is no UPN',
      { userPrincipalName: [] },
      { userPrincipalName: 'aberg@corp.example' }
    ],
    [
      'has a UPN without the spaces around it',
      { userPrincipalName: [' a@b.c '] },
      { userPrincipalName: 'a@b.c' }
    ],
    [
      'is shown under the common name when displayName is missing',
      { displayName: [] },
      { displayName: 'Anna Berg' }
    ],
    ['has an alias from mailNickname', { mailNickname: ['a berg'] }, { mailNickname: 'aberg' }],
    ['has an alias from mail', { mail: ['ab@example.com'] }, { mailNickname: 'ab', mail: 'ab@example.com' }],
    ['has an alias from the UPN', {}, { mailNickname: 'anna.berg' }],
    ['has an alias without accents', { mailNickname: ['ångström'] }, { mailNickname: 'angstrom' }],
    ['has a country code in upper case', { msExchUsageLocation: ['de'] }, { usageLocation: 'DE' }],
    ['has an anchor from objectGUID', {}, { onPremisesImmutableId: 'ABEiM0RVZneImaq7zN3u/w==' }],
    [
      'has an anchor from mS-DS-ConsistencyGuid',
      { 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] },
      { onPremisesImmutableId: 'AAECAwQFBgcICQoLDA0ODw==' }
    ],
    [
      'has attributes under the names of Graph',
      { sn: ['Berg'], l: ['Bonn'], st: ['NRW'], co: ['Germany'], title: ['CEO'], company: ['Contoso'] },
      {
        surname: 'Berg',
        city: 'Bonn',
        state: 'NRW',
        country: 'Germany',
        jobTitle: 'CEO',
        companyName: 'Contoso'
      }
    ]
  ]
  it.each(cases)('a user %s', (_what, attributes, expected) => {
    const { export: desired, problems } = user(attributes)
    expect(desired).toMatchObject(expected)
    expect(problems).toEqual([])
  })

  it('says nothing about what Graph cannot clear', () => {
    const { export: desired } = user({})
    expect(desired).not.toHaveProperty('mail')
    expect(desired).not.toHaveProperty('usageLocation')
  })

  const blocked: [string, AttributeValues, string][] = [
    ['an accent in the UPN', { userPrincipalName: ['ängela@example.com'] }, 'upn-invalid-character'],
    ['a space in the UPN', { userPrincipalName: ['an na@example.com'] }, 'upn-invalid-character'],
    ['no @ in the UPN', { userPrincipalName: ['anna'] }, 'upn-invalid-format'],
    ['a dot before the @', { userPrincipalName: ['anna.@example.com'] }, 'upn-invalid-format'],
    ['65 characters before the @', { userPrincipalName: [`${'a'.repeat(65)}@example.com`] }, 'upn-too-long'],
    ['a userAccountControl that cannot be read', { userAccountControl: [] }, 'account-state-unreadable'],
    ['a display name of 257 characters', { displayName: ['x'.repeat(257)] }, 'value-too-long'],
    ['an anchor of the wrong size', { 'mS-DS-ConsistencyGuid': ['AAAA'] }, 'source-anchor-invalid']
  ]
  it.each(blocked)('%s keeps a user from being exported', (_what, attributes, code) => {
    const result = user(attributes)
    expect(result.export).toBeUndefined()
    expect(result.problems).toMatchObject([{ code, severity: 'blocking' }])
  })

  it('without a UPN and outside any domain is not exported', () => {
    const result = projected(staged({ dn: 'CN=Anna', attributes: { ...anna, userPrincipalName: [] } }))
    expect(result.problems).toMatchObject([{ code: 'upn-missing', severity: 'blocking' }])
  })

  const warned: [string, AttributeValues, string, string][] = [
    ['a department of 65 characters', { department: ['x'.repeat(65)] }, 'department', 'value-too-long'],
    ['an employee number of 17 characters', { employeeID: ['1'.repeat(17)] }, 'employeeId', 'value-too-long'],
    ['an address with an accent', { mail: ['ä@example.com'] }, 'mail', 'mail-invalid'],
    [
      'a country instead of its code',
      { msExchUsageLocation: ['Germany'] },
      'usageLocation',
      'usage-location-invalid'
    ]
  ]
  it.each(warned)('%s is left out with a warning', (_what, attributes, left, code) => {
    const result = user(attributes)
    expect(result.export).not.toHaveProperty(left)
    expect(result.problems).toMatchObject([{ code, severity: 'warning' }])
  })

  it('whose mailNickname is too long gets the next alias, and a warning', () => {
    const result = user({ mailNickname: ['x'.repeat(65)] })
    expect(result.export).toMatchObject({ mailNickname: 'anna.berg' })
    expect(result.problems).toMatchObject([{ code: 'value-too-long', attribute: 'mailNickname' }])
  })

  it('inetOrgPerson is a user', () => {
    expect(projected(staged({ objectClass: 'inetOrgPerson' })).objectType).toBe('user')
  })
})

describe('groups', () => {
  const cases: [string, AttributeValues, AttributeRecord][] = [
    ['is a plain security group', {}, { securityEnabled: true, mailEnabled: false }],
    ['is named by its GUID', {}, { uniqueName: objectGuid }],
    ['has an alias without spaces', {}, { mailNickname: 'SalesTeam' }],
    [
      'has an alias from its GUID when no name gives one',
      { sAMAccountName: ['営業'] },
      { mailNickname: objectGuid }
    ],
    ['has the first description, trimmed', { description: [' one ', 'two'] }, { description: 'one' }],
    [
      'has a description of 448 characters at most',
      { description: ['x'.repeat(500)] },
      { description: 'x'.repeat(448) }
    ],
    [
      'never has half of a character in its description',
      { description: [`${'x'.repeat(447)}😀`] },
      { description: 'x'.repeat(447) }
    ],
    ['has a missing description cleared', {}, { description: null }]
  ]
  it.each(cases)('a group %s', (_what, attributes, expected) => {
    const { export: desired, problems } = group(attributes)
    expect(desired).toMatchObject(expected)
    expect(problems).toEqual([])
  })

  it('has its anchor from objectGUID, even with a consistency GUID', () => {
    const { sourceAnchor } = group({ 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] })
    expect(sourceAnchor).toBe('ABEiM0RVZneImaq7zN3u/w==')
  })

  it.each([
    ['an address in mail', { mail: ['sales@example.com'] }],
    ['a primary SMTP address', { proxyAddresses: ['smtp:x@example.com', 'SMTP:sales@example.com'] }]
  ])('with %s is known here but not exported', (_what, attributes) => {
    const result = group(attributes)
    expect(result.attributes).toMatchObject({ mailEnabled: true })
    expect(result.export).toBeUndefined()
    expect(result.problems).toMatchObject([{ code: 'group-mail-enabled', severity: 'blocking' }])
  })
})

it('contacts are known in the metaverse and never exported', () => {
  const result = projected(
    staged({ objectClass: 'contact', attributes: { cn: ['Kim'], mail: ['kim@fabrikam.com'] } })
  )
  expect(result).toMatchObject({
    objectType: 'contact',
    sourceAnchor: 'ABEiM0RVZneImaq7zN3u/w==',
    attributes: { displayName: 'Kim', mail: 'kim@fabrikam.com' },
    problems: [{ code: 'contact-not-exported', severity: 'warning' }]
  })
  expect(result.export).toBeUndefined()
})

it('a disabled person whose name is refused is to be disabled all the same', () => {
  const wrong = { userPrincipalName: ['änna@example.com'] }
  expect(user({ ...wrong, userAccountControl: ['514'] })).toMatchObject({ urgent: { accountEnabled: false } })
  expect(user({ ...wrong, userAccountControl: ['512'] }).urgent).toBeUndefined()
})
