import type { KnownPerson, PersonFacts, SentPassword } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { decide, type Policy } from './decide.ts'

const at = new Date('2026-11-22T10:00:00Z')
const entraId = '11111111-2222-4333-8444-555555555555'
const facts: PersonFacts = {
  objectGuid: '6ad7bd06-73d7-4c0e-a1b2-000000000001',
  dn: 'CN=Ada,OU=People,DC=corp,DC=example,DC=test',
  objectClass: 'user',
  userAccountControl: 512,
  mustChange: false,
  passwordSetAt: at,
  selection: null,
  version: { number: 3, at }
}
const person: KnownPerson = {
  objectGuid: facts.objectGuid,
  facts: undefined,
  sent: undefined,
  state: undefined,
  attempts: 0,
  asked: 0,
  answered: 0,
  account: { presence: 'present', sourceAnchor: 'Br3XatdzDkyhsgAAAAAAAQ==', entraId }
}
const sent: SentPassword = { version: { number: 3, at: new Date(at) }, forced: false, entraId }
const policy: Policy = { forcesChange: false, onlyIncluded: false }
const coming = { presence: 'coming', sourceAnchor: null, entraId: null } as const

it('a password is sent that the tenant does not have', () => {
  expect(decide(facts, person, policy)).toEqual({
    what: 'send',
    sourceAnchor: 'Br3XatdzDkyhsgAAAAAAAQ==',
    sending: sent
  })
})

describe('it is not sent twice', () => {
  it('when nothing has changed', () => {
    expect(decide(facts, { ...person, sent }, policy)).toEqual({ what: 'stay', state: 'sent' })
  })

  it.each<[string, Partial<KnownPerson>, Partial<PersonFacts>]>([
    ['the password', {}, { version: { number: 4, at } }],
    [
      'the time of a password with the same number',
      {},
      { version: { number: 3, at: new Date('2026-11-22T10:00:01Z') } }
    ],
    ['the account', { account: { ...person.account, entraId: '21111111-2222-4333-8444-555555555555' } }, {}],
    ['that somebody asks for it', { asked: 1 }, {}]
  ])('unless it is another one: %s', (_what, changes, other) => {
    expect(decide({ ...facts, ...other }, { ...person, sent, ...changes }, policy).what).toBe('send')
  })
})

describe('who is left out', () => {
  it.each<[string, Partial<PersonFacts>, Partial<KnownPerson>, Partial<Policy>]>([
    ['computer', { objectClass: 'computer' }, {}, {}],
    ['computer', { userAccountControl: 2080 }, {}, {}],
    ['inet-org-person', { objectClass: 'inetOrgPerson' }, {}, {}],
    ['filtered', { selection: 'filtered' }, {}, {}],
    ['filtered', {}, {}, { onlyIncluded: true }],
    ['filtered', { selection: 'filtered', userAccountControl: 514 }, { account: coming }, {}],
    ['out-of-scope', {}, { account: { ...coming, presence: 'out-of-scope' } }, {}],
    ['disabled', { userAccountControl: 514 }, {}, {}],
    ['disabled', { userAccountControl: 514, mustChange: true }, { account: coming }, {}],
    ['no-hash', { version: null }, {}, {}],
    ['must-change', { mustChange: true }, {}, {}],
    ['not-exported', {}, { account: coming }, {}]
  ])('%s', (state, changes, other, rules) => {
    const decision = decide({ ...facts, ...changes }, { ...person, ...other }, { ...policy, ...rules })
    expect(decision).toEqual({ what: 'stay', state })
  })

  it('nobody who is marked as included', () => {
    expect(decide({ ...facts, selection: 'included' }, person, { ...policy, onlyIncluded: true }).what).toBe(
      'send'
    )
  })
})

describe('a password that must be changed', () => {
  const changing = { ...facts, mustChange: true }

  it('is sent with that where the tenant asks people for it', () => {
    const decision = decide(changing, { ...person, sent }, { ...policy, forcesChange: true })
    expect(decision).toMatchObject({ what: 'send', sending: { forced: true } })
  })

  it.each([
    ['a smart card', 512 | 0x40000],
    ['a password that never expires', 512 | 0x10000]
  ])('need not be changed by who has %s', (_what, userAccountControl) => {
    expect(decide({ ...changing, userAccountControl }, person, policy)).toMatchObject({
      what: 'send',
      sending: { forced: false }
    })
  })
})
