import type { AttributeValues, JoinKey } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import type { JoinSetting } from '../rule-settings.ts'
import { compileRules } from './rule-set.ts'
import { staged, stagedWith } from './staged-objects.ts'

const sid = 'S-1-5-21-1004336348-1177238915-682003330-512'
const sidBytes = 'AQUAAAAAAAUVAAAA3PTcO4M9K0aCi6YoAAIAAA=='
const self = 'AQEAAAAAAAUKAAAA'

function keysOf(
  join: JoinSetting | undefined,
  objectClass: string,
  attributes: AttributeValues
): readonly JoinKey[] {
  const rules = compileRules({ settings: join === undefined ? {} : { join }, rules: [] })
  const judgement = rules.judge(stagedWith(objectClass, attributes))
  return judgement.outcome === 'in-scope' ? judgement.joinKeys : []
}

const mail: JoinKey = { space: 'mail', side: 'own', value: 'a@b.c' }
const refers: JoinKey = { space: 'sid', side: 'refers', value: sid }

describe('join keys', () => {
  const cases: [string, JoinSetting | undefined, string, AttributeValues, JoinKey[]][] = [
    ['by default: none', undefined, 'user', { mail: ['a@b.c'] }, []],
    [
      'by default: the master account, as bytes',
      undefined,
      'user',
      { msExchMasterAccountSid: [sidBytes] },
      [refers]
    ],
    [
      'by default: the master account, as text',
      undefined,
      'user',
      { msExchMasterAccountSid: [sid] },
      [refers]
    ],
    [
      'by default: of an inetOrgPerson',
      undefined,
      'inetOrgPerson',
      { msExchMasterAccountSid: [sid] },
      [refers]
    ],
    [
      'by default: the account of a Lync user',
      undefined,
      'user',
      { 'msRTCSIP-OriginatorSid': [sidBytes] },
      [refers]
    ],
    [
      'by default: both, once',
      undefined,
      'user',
      { msExchMasterAccountSid: [sid], 'msRTCSIP-OriginatorSid': [sidBytes] },
      [refers]
    ],
    ['SELF names nobody', undefined, 'user', { msExchMasterAccountSid: [self] }, []],
    ['what is no SID names nobody', undefined, 'user', { msExchMasterAccountSid: ['%%%'] }, []],
    ['what is too short names nobody', undefined, 'user', { msExchMasterAccountSid: ['AQUAAA=='] }, []],
    ['by mail, in small letters', 'mail', 'user', { mail: [' A@B.c '] }, [mail]],
    [
      'by mail: the SID too',
      'mail',
      'user',
      { mail: ['a@b.c'], msExchMasterAccountSid: [sid] },
      [refers, mail]
    ],
    ['by mail, without one', 'mail', 'user', { mail: [' '] }, []],
    [
      'by account',
      'account',
      'user',
      { sAMAccountName: ['ABerg'], mailNickname: ['Anna'] },
      [{ space: 'account', side: 'own', value: 'aberg\nanna' }]
    ],
    ['by account, without an alias', 'account', 'user', {}, []],
    [
      'by an attribute of choice',
      { attribute: 'employeeNumber' },
      'user',
      { employeeNumber: ['E1'] },
      [{ space: 'attribute:employeeNumber', side: 'own', value: 'e1' }]
    ],
    [
      'by an attribute of choice that is blank',
      { attribute: 'employeeNumber' },
      'user',
      { employeeNumber: [''] },
      []
    ],
    ['never', 'none', 'user', { mail: ['a@b.c'], msExchMasterAccountSid: [sid] }, []],
    ['contacts: by mail', undefined, 'contact', { mail: ['A@b.c'] }, [mail]],
    ['contacts: by mail always', 'none', 'contact', { mail: ['A@b.c'] }, [mail]],
    ['groups: never', 'mail', 'group', { mail: ['a@b.c'] }, []]
  ]
  it.each(cases)('%s', (_what, join, objectClass, attributes, expected) => {
    expect(keysOf(join, objectClass, attributes)).toEqual(expected)
  })

  it('the own SID is no reference', () => {
    const object = staged({
      objectSid: sid,
      attributes: { sAMAccountName: ['a'], msExchMasterAccountSid: [sidBytes] }
    })
    expect(compileRules().judge(object)).toMatchObject({ outcome: 'in-scope', joinKeys: [] })
  })

  it.each<[JoinSetting, string[]]>([
    ['sid', ['msExchMasterAccountSid', 'msRTCSIP-OriginatorSid']],
    [{ attribute: 'employeeNumber' }, ['employeeNumber', 'msExchMasterAccountSid']]
  ])('%j: import asks for what is read', (join, attributes) => {
    const { sourceAttributes } = compileRules({ settings: { join }, rules: [] })
    expect(sourceAttributes).toEqual(expect.arrayContaining(attributes))
  })

  it('import does not ask for SIDs that nothing reads', () => {
    const { sourceAttributes } = compileRules({ settings: { join: 'none' }, rules: [] })
    expect(sourceAttributes).not.toContain('msExchMasterAccountSid')
  })
})
