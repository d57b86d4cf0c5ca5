import type { AttributeValues, Projection } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import type { DirectoryExtension, RuleSettings } from '../rule-settings.ts'
import { compileRules } from './rule-set.ts'
import { anchor, projectionOf, stagedWith } from './staged-objects.ts'

function projected(settings: RuleSettings, objectClass: string, attributes: AttributeValues): Projection {
  return projectionOf(compileRules({ settings, rules: [] }), stagedWith(objectClass, attributes))
}

const consistencyGuid = { 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] }

describe('source anchor', () => {
  it.each<[RuleSettings, string]>([
    [{}, 'AAECAwQFBgcICQoLDA0ODw=='],
    [{ sourceAnchor: 'consistency-guid' }, 'AAECAwQFBgcICQoLDA0ODw=='],
    [{ sourceAnchor: 'object-guid' }, anchor]
  ])('%j', (settings, expected) => {
    expect(projected(settings, 'user', consistencyGuid).attributes.sourceAnchor).toBe(expected)
  })

  it('objectGUID: nothing reads the other attribute, and none is wrong', () => {
    const settings = { sourceAnchor: 'object-guid' } as const
    expect(compileRules({ settings, rules: [] }).sourceAttributes).not.toContain('mS-DS-ConsistencyGuid')
    expect(projected(settings, 'user', { 'mS-DS-ConsistencyGuid': ['AAAA'] }).problems).toEqual([])
  })

  it('objectGUID: a linked mailbox has none', () => {
    const rules = compileRules({ settings: { sourceAnchor: 'object-guid' }, rules: [] })
    expect(rules.judge(stagedWith('user', { msExchRecipientTypeDetails: ['2'] }))).not.toHaveProperty(
      'sourceAnchor'
    )
  })
})

describe('alternate login ID', () => {
  const settings = { alternateLoginId: 'mail' }

  it('is what people sign in with', () => {
    const { export: desired } = projected(settings, 'user', { mail: [' anna@example.org '] })
    expect(desired).toMatchObject({ userPrincipalName: 'anna@example.org' })
  })

  it('who has none is not given another name', () => {
    const { export: desired, problems } = projected(settings, 'user', {})
    expect(desired).toBeUndefined()
    expect(problems).toMatchObject([{ code: 'upn-missing', attribute: 'mail' }])
  })

  it('is checked, and called by its name', () => {
    const { problems } = projected(settings, 'user', { mail: ['änna@example.org'] })
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'upn-invalid-character',
        attribute: 'mail',
        message: expect.stringContaining('mail "ä')
      })
    )
  })
})

describe('on-premises attributes', () => {
  const dn = 'CN=Anna\\, A.,OU=Staff,DC=corp,DC=example,DC=com'
  const values: AttributeValues = {
    sAMAccountName: ['anna'],
    userPrincipalName: ['anna@corp.local'],
    mail: ['a@b.c']
  }
  const expected = {
    onPremisesDistinguishedName: dn,
    onPremisesDomainName: 'corp.example.com',
    onPremisesSamAccountName: 'anna',
    onPremisesSecurityIdentifier: 'S-1-5-21-1-2-3-1105',
    onPremisesUserPrincipalName: 'anna@corp.local'
  }
  const desiredBy = (settings: RuleSettings) => {
    const rules = compileRules({ settings, rules: [] })
    const staged = { ...stagedWith('user', values), dn, objectSid: 'S-1-5-21-1-2-3-1105' }
    return { rules, desired: projectionOf(rules, staged).export }
  }

  it('are what the directory calls the user, also beside an alternate login ID', () => {
    const { rules, desired } = desiredBy({ onPremisesAttributes: true, alternateLoginId: 'mail' })
    expect(desired).toMatchObject({ ...expected, userPrincipalName: 'a@b.c' })
    expect(rules.exportedAttributes.user).toEqual(expect.arrayContaining(Object.keys(expected)))
    expect(rules.sourceAttributes).toEqual(expect.arrayContaining(['sAMAccountName', 'userPrincipalName']))
  })

  it.each([{}, { onPremisesAttributes: false }])('are nothing with %j', settings => {
    expect(Object.keys(desiredBy(settings).desired ?? {}).filter(name => name in expected)).toEqual([])
  })
})

describe('directory extensions', () => {
  const property = `extension_${'0'.repeat(32)}_x`
  const extension = (rest: Partial<DirectoryExtension>): RuleSettings => ({
    directoryExtensions: [{ attribute: 'carLicense', objectType: 'user', property, ...rest }]
  })
  const cases: [string, RuleSettings, string, AttributeValues, unknown][] = [
    ['one value', extension({}), 'user', { carLicense: [' B ', 'C'] }, 'B'],
    ['no value clears', extension({}), 'user', {}, null],
    [
      'several values',
      extension({ multiValued: true }),
      'user',
      { carLicense: ['B', ' C', 'B'] },
      ['B', 'C']
    ],
    ['several values, none', extension({ multiValued: true }), 'user', {}, null],
    ['what flows anyway', extension({ attribute: 'department' }), 'user', { department: ['D'] }, 'D'],
    [
      'what a default rule waits to give',
      extension({ attribute: 'homePhone' }),
      'user',
      { homePhone: ['1'] },
      '1'
    ],
    [
      'all values, where the metaverse has one',
      extension({ attribute: 'description', multiValued: true }),
      'user',
      { description: ['a', 'b'] },
      ['a', 'b']
    ],
    [
      'all values, where the metaverse has all',
      extension({ attribute: 'proxyAddresses', multiValued: true }),
      'user',
      { proxyAddresses: ['a', 'b'] },
      ['a', 'b']
    ],
    [
      'one value, where the metaverse has all',
      extension({ attribute: 'proxyAddresses' }),
      'user',
      { proxyAddresses: ['a', 'b'] },
      'a'
    ],
    ['groups', extension({ objectType: 'group' }), 'group', { carLicense: ['B'] }, 'B']
  ]
  it.each(cases)('%s', (_what, settings, objectClass, attributes, expected) => {
    expect(projected(settings, objectClass, attributes).export?.[property]).toEqual(expected)
    const { exportedAttributes, sourceAttributes } = compileRules({ settings, rules: [] })
    expect(exportedAttributes[objectClass === 'user' ? 'user' : 'group']).toContain(property)
    expect(sourceAttributes).toContain(settings.directoryExtensions?.[0]?.attribute)
  })

  it.each([false, true])('a value of 251 characters is left out (several values: %s)', multiValued => {
    const { export: desired, problems } = projected(extension({ multiValued }), 'user', {
      carLicense: ['x'.repeat(251)]
    })
    expect(desired).not.toHaveProperty(property)
    expect(problems).toMatchObject([{ code: 'value-too-long', attribute: 'carLicense', severity: 'warning' }])
  })

  it('groups do not get what is for users', () => {
    expect(projected(extension({}), 'group', { carLicense: ['B'] }).export).not.toHaveProperty(property)
  })
})
