import type { AttributeValues, StagedObject } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { compileRules } from '../engine/rule-set.ts'
import { objectGuid, staged, stagedWith } from '../engine/staged-objects.ts'

const rules = compileRules()

describe('before all rules', () => {
  const cases: [string, Partial<StagedObject>, string][] = [
    ['a deleted object', { deleted: true }, 'deleted'],
    ['a computer', { objectClass: 'computer' }, 'object-class-not-synchronised'],
    ['an organizational unit', { objectClass: 'organizationalUnit' }, 'object-class-not-synchronised'],
    ['a container', { objectClass: 'container' }, 'object-class-not-synchronised'],
    [
      'a class called as JavaScript calls things',
      { objectClass: 'toString' },
      'object-class-not-synchronised'
    ],
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
    ]
  ]
  it.each(cases)('%s is out of scope', (_what, changes, code) => {
    expect(rules.judge(staged(changes))).toMatchObject({ outcome: 'out-of-scope', reason: { code } })
  })
})

describe('excluded', () => {
  const cases: [objectClass: string, what: string, AttributeValues, code: string][] = [
    ['user', 'a critical system object', { isCriticalSystemObject: ['TRUE'] }, 'critical-system-object'],
    ['user', 'who opted out', { adminDescription: ['User_no'] }, 'opted-out'],
    ['user', 'who opted out in another case', { adminDescription: ['uSER_'] }, 'opted-out'],
    ['inetOrgPerson', 'who opted out', { adminDescription: ['User_no'] }, 'opted-out'],
    ['user', 'without sAMAccountName', { sAMAccountName: [] }, 'account-name-missing'],
    ['user', 'with a blank sAMAccountName', { sAMAccountName: [' '] }, 'account-name-missing'],
    ['inetOrgPerson', 'without sAMAccountName', { sAMAccountName: [] }, 'account-name-missing'],
    ['user', 'the support account', { sAMAccountName: ['SUPPORT_388945a0'] }, 'service-object'],
    ['user', 'an account of DirSync', { sAMAccountName: ['AAD_0123'] }, 'service-object'],
    ['user', 'a synchronisation account', { sAMAccountName: ['MSOL_0123'] }, 'service-object'],
    [
      'user',
      'a synchronisation account in small letters',
      { sAMAccountName: ['msol_0123'] },
      'service-object'
    ],
    ['user', 'a system mailbox by its name', { mailNickname: ['SystemMailbox{e0dc}'] }, 'service-object'],
    ['user', 'a CAS mailbox by its alias', { mailNickname: ['CAS_{0}'] }, 'service-object'],
    ['user', 'a CAS mailbox by its account', { sAMAccountName: ['CAS_{0123}'] }, 'service-object'],
    ['user', 'a mail public folder', { msExchRecipientTypeDetails: ['4096'] }, 'system-mailbox'],
    ['user', 'a system attendant', { msExchRecipientTypeDetails: ['8192'] }, 'system-mailbox'],
    ['user', 'a system mailbox', { msExchRecipientTypeDetails: ['16384'] }, 'system-mailbox'],
    ['user', 'a mailbox plan', { msExchRecipientTypeDetails: ['16777216'] }, 'system-mailbox'],
    ['user', 'a discovery mailbox', { msExchRecipientTypeDetails: ['536870912'] }, 'system-mailbox'],
    ['group', 'a critical system object', { isCriticalSystemObject: ['true'] }, 'critical-system-object'],
    ['group', 'that opted out', { adminDescription: ['Group_no'] }, 'opted-out'],
    ['group', 'of an old tool', { sAMAccountName: ['MSOL_AD_Sync_RichCoexistence'] }, 'service-object'],
    ['group', 'a role group', { msExchRecipientTypeDetails: ['1073741824'] }, 'service-object'],
    ['group', 'for distribution', { groupType: ['2'] }, 'distribution-group'],
    ['contact', 'a critical system object', { isCriticalSystemObject: ['TRUE'] }, 'critical-system-object'],
    [
      'contact',
      'of an old tool',
      { displayName: ['Kim (msol)'], msExchHideFromAddressLists: ['TRUE'] },
      'service-object'
    ],
    ['contact', 'of Exchange', { mailNickname: ['CAS_{0}'] }, 'service-object']
  ]
  it.each(cases)('%s: %s', (objectClass, _what, attributes, code) => {
    expect(rules.judge(stagedWith(objectClass, attributes))).toMatchObject({
      outcome: 'out-of-scope',
      reason: { code }
    })
  })

  it.each(['user', 'inetOrgPerson', 'group', 'contact'])(
    '%s: that lost a replication conflict',
    objectClass => {
      const dn = `CN=Anna\\0ACNF:${objectGuid},DC=corp,DC=example`
      expect(rules.judge(staged({ objectClass, dn }))).toMatchObject({
        reason: { code: 'replication-conflict' }
      })
    }
  )
})

describe('not excluded', () => {
  const cases: [objectClass: string, what: string, AttributeValues][] = [
    ['user', 'that is no critical system object, in so many words', { isCriticalSystemObject: ['FALSE'] }],
    ['user', 'whose description opts groups out', { adminDescription: ['Group_x'] }],
    ['user', 'whose description holds the prefix further on', { adminDescription: ['no User_x'] }],
    ['user', 'called almost as the support account', { sAMAccountName: ['SUPPORT_388945a0x'] }],
    ['user', 'whose account name holds MSOL_ further on', { sAMAccountName: ['xMSOL_1'] }],
    ['user', 'called CAS_ without a brace', { sAMAccountName: ['CAS_1'], mailNickname: ['CAS_1'] }],
    ['user', 'with an ordinary mailbox', { msExchRecipientTypeDetails: ['1'] }],
    ['user', 'with a mailbox in Exchange Online', { msExchRecipientTypeDetails: ['2147483648'] }],
    ['user', 'with a linked mailbox', { msExchRecipientTypeDetails: ['2'] }],
    ['user', 'with a type that is no number', { msExchRecipientTypeDetails: ['x'] }],
    ['user', 'called as a health mailbox', { sAMAccountName: ['HealthMailbox0123'] }],
    ['group', 'whose description opts users out', { adminDescription: ['User_x'] }],
    ['group', 'whose type cannot be read', { groupType: [] }],
    ['group', 'for security, its type written without a sign', { groupType: ['2147483650'] }],
    ['contact', 'with (MSOL) in its name that is shown', { displayName: ['Kim (MSOL)'] }],
    ['contact', 'that is hidden', { msExchHideFromAddressLists: ['TRUE'] }],
    ['contact', 'whose description opts users out', { adminDescription: ['User_x'] }]
  ]
  it.each(cases)('%s: %s', (objectClass, _what, attributes) => {
    expect(rules.judge(stagedWith(objectClass, attributes))).toMatchObject({ outcome: 'in-scope' })
  })

  it('user: whose container, not name, holds CNF', () => {
    const dn = 'CN=Anna,OU=x\\0ACNF:1,DC=corp,DC=example'
    expect(rules.judge(staged({ dn }))).toMatchObject({ outcome: 'in-scope' })
  })
})
