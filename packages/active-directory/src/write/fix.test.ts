import { describe, expect, it } from 'vitest'
import { type Fix, fixFault } from './fix.ts'
import { standing } from './standing.ts'

const objectGuid = '00112233-4455-6677-8899-aabbccddeeff'
const fix = (change: Partial<Fix>): Fix => ({
  objectGuid,
  attribute: 'mail',
  action: 'replace',
  from: 'a@x',
  to: 'b@x',
  ...change
})

describe('a fix that is never written', () => {
  const cases: [string, Partial<Fix>, RegExp][] = [
    ['of userAccountControl', { attribute: 'userAccountControl' }, /not among/],
    ['of adminCount', { attribute: 'ADMINCOUNT' }, /not among/],
    ['of member', { attribute: 'member' }, /not among/],
    ['of servicePrincipalName', { attribute: 'servicePrincipalName' }, /not among/],
    ['of an attribute with an option', { attribute: 'mail;binary' }, /not among/],
    ['of the RDN', { attribute: 'cn' }, /Rename/],
    ['of the name', { attribute: 'Name' }, /Rename/],
    ['of no object', { objectGuid: 'CN=Jane,DC=x' }, /objectGUID/],
    ['that changes nothing', { to: 'a@x' }, /changes nothing/],
    ['to an empty value', { to: '' }, /no empty values/],
    ['replace of nothing by nothing', { from: null, to: null }, /changes nothing/],
    ['clear with a new value', { action: 'clear' }, /not whole/],
    ['clear of what is not told', { action: 'clear', from: null, to: 'x' }, /not whole/],
    ['remove-value with a new value', { action: 'remove-value' }, /not whole/],
    ['add-value with an old value', { action: 'add-value' }, /not whole/]
  ]
  it.each(cases)('%s', (_name, change, message) => {
    expect(fixFault(fix(change))).toMatch(message)
  })

  it('is none of these, whatever the case of its name', () => {
    for (const attribute of ['displayName', 'PROXYADDRESSES', 'sAMAccountName', 'mailNickname']) {
      expect(fixFault(fix({ attribute }))).toBeUndefined()
    }
    expect(fixFault(fix({ from: null }))).toBeUndefined()
    expect(fixFault(fix({ action: 'clear', to: null }))).toBeUndefined()
  })
})

describe('how values stand to a fix', () => {
  const addresses = { attribute: 'proxyAddresses' }
  const remove = { action: 'remove-value', to: null } as const
  const clear = { action: 'clear', to: null } as const
  const add = { action: 'add-value', from: null } as const
  const cases: [string, Partial<Fix>, string[], string][] = [
    ['the old value', {}, ['a@x'], 'ready'],
    ['the new value', {}, ['b@x'], 'done'],
    ['another value', {}, ['c@x'], 'changed'],
    ['none', {}, [], 'changed'],
    ['the old value in other letters', {}, ['A@x'], 'changed'],
    ['the old value, where only the case changes', { to: 'A@x' }, ['a@x'], 'ready'],
    ['the new value, where only the case changes', { to: 'A@x' }, ['A@x'], 'done'],
    ['none, for a first value', add, [], 'ready'],
    ['another value, for a first value', add, ['c@x'], 'changed'],
    ['the new value, for a first value', add, ['b@x'], 'done'],
    ['none, for a replacement of none', { from: null }, [], 'ready'],
    ['the value to be cleared', clear, ['a@x'], 'ready'],
    ['none, to be cleared', clear, [], 'done'],
    ['another value, to be cleared', clear, ['c@x'], 'changed'],
    ['the old among many', addresses, ['q@x', 'a@x'], 'ready'],
    ['the new among many', addresses, ['q@x', 'b@x'], 'done'],
    ['both among many', addresses, ['a@x', 'b@x'], 'changed'],
    ['the old, and the new in other letters', addresses, ['a@x', 'B@x'], 'changed'],
    ['neither among many', addresses, ['q@x'], 'changed'],
    ['many, for one more', { ...addresses, ...add }, ['q@x'], 'ready'],
    ['many with it in other letters, for one more', { ...addresses, ...add }, ['B@x'], 'changed'],
    ['the one to be removed among many', { ...addresses, ...remove }, ['q@x', 'a@x'], 'ready'],
    ['many without the one to be removed', { ...addresses, ...remove }, ['q@x'], 'done'],
    ['the one to be removed in other letters', { ...addresses, ...remove }, ['A@x'], 'changed'],
    ['more than the one to be cleared', { ...addresses, ...clear }, ['q@x', 'a@x'], 'changed']
  ]
  it.each(cases)('%s', (_name, change, values, expected) => {
    expect(standing(fix(change), values)).toBe(expected)
  })
})
