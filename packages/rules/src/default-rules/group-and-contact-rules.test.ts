import type { AttributeRecord, AttributeValues, Projection } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { compileRules } from '../engine/rule-set.ts'
import { anchor, objectGuid, projectionOf, stagedWith } from '../engine/staged-objects.ts'

const rules = compileRules()

function group(attributes: AttributeValues): Projection {
  return projectionOf(rules, stagedWith('group', attributes))
}

describe('groups', () => {
  const cases: [string, AttributeValues, AttributeRecord][] = [
    ['is a plain security group', {}, { securityEnabled: true, mailEnabled: false }],
    ['is named by its GUID', {}, { uniqueName: objectGuid }],
    ['is shown under its name', { cn: [], name: ['Sales'] }, { displayName: 'Sales' }],
    ['has an alias without spaces', {}, { mailNickname: 'SalesTeam' }],
    ['has an alias from mailNickname', { mailNickname: ['sales'] }, { mailNickname: 'sales' }],
    [
      'has an alias from its GUID when no name gives one',
      { sAMAccountName: ['営業'] },
      { mailNickname: objectGuid }
    ],
    ['has the first description, trimmed', { description: [' one ', 'two'] }, { description: 'one' }],
    [
      'has 448 characters of description',
      { description: ['x'.repeat(448)] },
      { description: 'x'.repeat(448) }
    ],
    [
      'has no 449th character of description',
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
    const object = stagedWith('group', { 'mS-DS-ConsistencyGuid': ['AAECAwQFBgcICQoLDA0ODw=='] })
    expect(rules.judge(object)).toMatchObject({ sourceAnchor: anchor, joinKeys: [] })
    expect(rules.project([object], anchor).attributes).toMatchObject({ sourceAnchor: anchor })
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

  it.each([
    ['another address only', { proxyAddresses: ['smtp:x@example.com'] }],
    ['mail without an @', { mail: ['sales'] }],
    ['a primary address without an @', { proxyAddresses: ['SMTP:sales'] }]
  ])('with %s is a plain group', (_what, attributes) => {
    expect(group(attributes).export).toMatchObject({ mailEnabled: false })
  })
})

describe('contacts', () => {
  const contact = (attributes: AttributeValues) => projectionOf(rules, stagedWith('contact', attributes))

  it('are known in the metaverse and never exported', () => {
    const result = contact({})
    expect(result).toMatchObject({
      objectType: 'contact',
      attributes: { sourceAnchor: anchor, displayName: 'Kim', mail: 'kim@fabrikam.com', mailEnabled: true },
      problems: [{ code: 'contact-not-exported', severity: 'warning' }]
    })
    expect(result.export).toBeUndefined()
  })

  it.each<[string, AttributeValues, AttributeRecord]>([
    ['an alias from mailNickname', { mailNickname: ['k'] }, { mailNickname: 'k' }],
    ['an alias from the common name', {}, { mailNickname: 'Kim' }],
    ['a name and a place', { givenName: [' Kim '], l: ['Bonn'] }, { givenName: 'Kim', l: 'Bonn' }],
    ['addresses once', { proxyAddresses: ['SMTP:k@f', 'SMTP:k@f'] }, { proxyAddresses: ['SMTP:k@f'] }],
    ['extension attributes', { extensionAttribute2: [' x '] }, { extensionAttribute2: 'x' }]
  ])('have %s', (_what, attributes, expected) => {
    expect(contact(attributes).attributes).toMatchObject(expected)
  })
})
