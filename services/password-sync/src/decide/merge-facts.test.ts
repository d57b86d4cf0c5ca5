import type { PersonFacts } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { isNewest, mergeFacts, type Told } from './merge-facts.ts'

const objectGuid = '6ad7bd06-73d7-4c0e-a1b2-000000000001'
const dn = 'CN=Ada,OU=People,DC=corp,DC=example,DC=test'
const changedAt = new Date('2026-11-22T10:00:00Z')
const told: Told = { objectGuid, dn, sid: 'S-1-5-21-1-2-3-1104', deleted: false, hasHash: false }
const first: Told = {
  ...told,
  hasHash: true,
  objectClasses: ['user', 'organizationalPerson', 'person', 'top'],
  userAccountControl: 512,
  pwdLastSet: 134_243_568_000_000_000n,
  passwordVersion: 3,
  passwordChangedAt: changedAt
}
const known: PersonFacts = {
  objectGuid,
  dn,
  objectClass: 'user',
  userAccountControl: 512,
  mustChange: false,
  passwordSetAt: changedAt,
  selection: 'filtered',
  version: { number: 3, at: changedAt }
}

it('all is told of an object that is new', () => {
  expect(mergeFacts(undefined, first, false)).toEqual({
    objectGuid,
    dn,
    objectClass: 'user',
    userAccountControl: 512,
    mustChange: false,
    passwordSetAt: new Date('2026-05-27T12:00:00Z'),
    selection: null,
    version: { number: 3, at: changedAt }
  })
})

it.each<[string, Partial<Told>, Partial<PersonFacts>]>([
  ['nothing but a new name', { dn: 'CN=Ada,OU=Gone,DC=x' }, { dn: 'CN=Ada,OU=Gone,DC=x' }],
  ['that it is disabled', { userAccountControl: 514 }, { userAccountControl: 514 }],
  ['that it must be changed', { pwdLastSet: 0n }, { mustChange: true, passwordSetAt: null }],
  ['that it is not filtered any more', { adminDescription: null }, { selection: null }],
  ['that it is included', { adminDescription: 'PHSIncluded' }, { selection: 'included' }],
  ['another description', { adminDescription: 'A nice person' }, { selection: null }],
  [
    'a new password',
    { hasHash: true, passwordVersion: 4, passwordChangedAt: new Date('2026-11-22T11:00:00Z') },
    { version: { number: 4, at: new Date('2026-11-22T11:00:00Z') } }
  ]
])('what is not told stays when it is told %s', (_what, changes, expected) => {
  expect(mergeFacts(known, { ...told, ...changes }, false)).toEqual({ ...known, ...expected })
})

it('what is not told of a whole object is not there', () => {
  expect(mergeFacts(known, { ...first, hasHash: false }, true)).toMatchObject({
    selection: null,
    version: null
  })
})

it.each([
  ['a number', { number: 4, at: changedAt }],
  ['a time', { number: 3, at: new Date('2026-11-22T10:00:01Z') }]
])('an older password never takes the place of a later one, by %s', (_what, version) => {
  for (const isWhole of [true, false]) {
    const facts = mergeFacts({ ...known, version }, first, isWhole)
    expect(facts).toMatchObject({ version })
    expect(isNewest({ ...known, version }, first)).toBe(false)
  }
  expect(isNewest(known, first)).toBe(true)
})

describe('what it is', () => {
  it.each<[string, readonly string[], string]>([
    ['a computer', ['computer', 'user', 'person', 'top'], 'computer'],
    [
      'a service account of computers',
      ['msDS-GroupManagedServiceAccount', 'computer', 'user', 'top'],
      'computer'
    ],
    ['an inetOrgPerson', ['inetOrgPerson', 'user', 'person', 'top'], 'inetOrgPerson']
  ])('%s', (_what, objectClasses, objectClass) => {
    expect(mergeFacts(undefined, { ...first, objectClasses }, false)).toMatchObject({ objectClass })
  })

  it('is no person', () => {
    expect(mergeFacts(undefined, { ...told, objectClasses: ['group', 'top'] }, false)).toBe('no-person')
    expect(mergeFacts(undefined, { ...first, objectClasses: ['contact', 'top'] }, false)).toBe('no-person')
    expect(mergeFacts(undefined, told, false)).toBe('no-person')
  })

  it('must be asked when only a password is told', () => {
    expect(mergeFacts(undefined, { ...told, hasHash: true }, false)).toBe('incomplete')
  })
})
