import { PermanentError } from '@opendirsync/contracts'
import type { SearchEntry } from '@opendirsync/ldap'
import { describe, expect, it } from 'vitest'
import { guidToBytes } from '../decode/guid.ts'
import { ChangeDecoder } from './change-decoder.ts'

const jane = '521a8df8-75f7-4764-942a-a5df16902a32'
const john = 'a49aedb4-bee5-48a7-b240-5442f79f9139'
const staff = '5aa94ddf-24ef-4cab-983c-316610bfd36c'
const extended = (guid: string, dn: string) => `<GUID=${guid}>;<SID=S-1-5-21-1-2-3-1>;${dn}`

function entry(
  attributes: Record<string, (string | Buffer)[]>,
  dn = extended(jane, 'CN=Jane,OU=Staff,DC=x')
): SearchEntry {
  const all = { objectGUID: [guidToBytes(jane)], instanceType: ['4'], ...attributes }
  return {
    dn,
    attributes: Object.entries(all).map(([name, values]) => ({
      name,
      values: values.map(value => (typeof value === 'string' ? Buffer.from(value) : value))
    }))
  }
}

const decoder = new ChangeDecoder([
  'displayName',
  'samAccountName',
  'cn',
  'thumbnailPhoto',
  'manager',
  'member'
])
const delta = (attributes: Record<string, (string | Buffer)[]>, dn?: string) =>
  decoder.decode(entry(attributes, dn), false)

describe('identity', () => {
  it('is complete in an initial read, with the most specific class', () => {
    const parts = { objectClass: ['top', 'person', 'user'], parentGUID: [guidToBytes(staff)], name: ['Jane'] }
    expect(decoder.decode(entry(parts), true)).toEqual({
      objectGuid: jane,
      dn: 'CN=Jane,OU=Staff,DC=x',
      parentGuid: staff,
      objectClass: 'user',
      complete: true,
      state: 'present',
      attributes: { cn: ['Jane'] },
      links: []
    })
  })

  it('is not complete in a delta, even for a new object, which tells its class', () => {
    expect(delta({ objectClass: ['top', 'group'] })).toMatchObject({ complete: false, objectClass: 'group' })
  })

  it('is not complete in a further piece of an initial read', () => {
    expect(decoder.decode(entry({}), true).complete).toBe(false)
  })

  it('comes from the DN when the attribute is missing', () => {
    expect(decoder.decode({ dn: extended(jane, 'CN=Jane'), attributes: [] }, false).objectGuid).toBe(jane)
  })

  it('is needed', () => {
    expect(() => decoder.decode({ dn: 'CN=Jane', attributes: [] }, false)).toThrow(PermanentError)
  })
})

describe('state', () => {
  it.each([
    ['absent', {}, undefined, 'present'],
    ['TRUE', { isDeleted: ['TRUE'] }, undefined, 'deleted'],
    ['without value', { isDeleted: [] }, undefined, 'restored'],
    ['absent, and the DN empty', {}, '', 'deleted']
  ] as const)('with isDeleted %s', (_name, attributes, dn, state) => {
    expect(delta(attributes as Record<string, string[]>, dn).state).toBe(state)
  })

  it('tells no DN when it is empty', () => {
    expect(delta({}, '')).not.toHaveProperty('dn')
  })

  it('keeps the mangled name of a tombstone to itself', () => {
    const name = `Jane\nDEL:${jane}`
    expect(delta({ isDeleted: ['TRUE'], name: [name] }).attributes).toEqual({})
  })
})

describe('attributes', () => {
  it('are spelled as they were asked for, in an order that does not matter', () => {
    expect(delta({ sAMAccountName: ['jane'], DISPLAYNAME: ['Jane'] }).attributes).toEqual({
      samAccountName: ['jane'],
      displayName: ['Jane']
    })
  })

  it('are empty when cleared and absent when unchanged', () => {
    expect(delta({ displayName: [] }).attributes).toEqual({ displayName: [] })
  })

  it('are Base64 when binary', () => {
    expect(delta({ thumbnailPhoto: ['jpeg'] }).attributes).toEqual({ thumbnailPhoto: ['anBlZw=='] })
  })

  it('leave out what was not asked for', () => {
    expect(delta({ mail: ['jane@x'], 'managedBy;range=1-1': ['CN=x'] }).attributes).toEqual({})
  })

  it('cannot be links other than manager and member', () => {
    const linked = new ChangeDecoder(['managedBy'])
    expect(() => linked.decode(entry({ 'managedBy;range=1-1': ['CN=x'] }), false)).toThrow(/managedBy/)
  })
})

describe('links', () => {
  const toJohn = extended(john, 'CN=John,DC=x')
  const toStaff = extended(staff, 'CN=Staff,DC=x')
  it.each([
    [
      'members added',
      { 'member;range=1-1': [toJohn] },
      [{ attribute: 'member', added: [john], removed: [] }],
      undefined
    ],
    [
      'members removed',
      { 'member;range=0-0': [toJohn] },
      [{ attribute: 'member', added: [], removed: [john] }],
      undefined
    ],
    [
      'members added and removed',
      { 'member;range=0-0': [toJohn], 'member;range=1-1': [toStaff] },
      [{ attribute: 'member', added: [staff], removed: [john] }],
      undefined
    ],
    [
      'all members',
      { member: [toJohn, toStaff] },
      [{ attribute: 'member', added: [john, staff], removed: [] }],
      ['member']
    ],
    [
      'manager set',
      { 'manager;range=1-1': [toJohn] },
      [{ attribute: 'manager', added: [john], removed: [] }],
      ['manager']
    ],
    [
      'manager changed',
      { 'manager;range=0-0': [toStaff], 'manager;range=1-1': [toJohn] },
      [{ attribute: 'manager', added: [john], removed: [] }],
      ['manager']
    ],
    [
      'manager removed',
      { 'manager;range=0-0': [toJohn] },
      [{ attribute: 'manager', added: [], removed: [john] }],
      undefined
    ],
    [
      'manager cleared, as an attribute',
      { manager: [] },
      [{ attribute: 'manager', added: [], removed: [] }],
      ['manager']
    ]
  ] as const)('%s', (_name, attributes, links, replacesLinks) => {
    const change = delta(
      Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, [...values]]))
    )
    expect(change.links).toEqual(links)
    expect(change.replacesLinks).toEqual(replacesLinks)
  })

  it('need the GUID of the other end', () => {
    expect(() => delta({ member: ['CN=John,DC=x'] })).toThrow(PermanentError)
  })
})
