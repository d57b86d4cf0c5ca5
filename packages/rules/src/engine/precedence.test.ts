import type { AttributeRecord, StagedObject } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { compileRules } from './rule-set.ts'
import { staged } from './staged-objects.ts'

const rules = compileRules()

const [first, second, third] = [
  '11111111-1111-1111-1111-111111111111',
  '22222222-2222-2222-2222-222222222222',
  '33333333-3333-3333-3333-333333333333'
]

function anchorOf(object: StagedObject): string | undefined {
  const judgement = rules.judge(object)
  return judgement.outcome === 'in-scope' ? judgement.sourceAnchor : undefined
}

/** An account that people sign in with, without a mailbox. */
const account = staged({
  connector: 'accounts.example',
  objectGuid: first,
  dn: 'CN=Anna,DC=accounts,DC=example',
  attributes: {
    cn: ['aberg'],
    sAMAccountName: ['aberg'],
    userPrincipalName: ['anna@example.com'],
    userAccountControl: ['512'],
    displayName: ['Account Anna'],
    department: ['Of the account'],
    title: ['Only the account knows']
  }
})

const disabledAccount = { ...account, attributes: { ...account.attributes, userAccountControl: ['514'] } }

/** A disabled account of an Exchange forest, that another forest's account opens the mailbox of. */
const mailbox = staged({
  connector: 'mail.example',
  objectGuid: second,
  dn: 'CN=Anna Berg,DC=mail,DC=example',
  attributes: {
    cn: ['Anna Berg'],
    sAMAccountName: ['MAIL1'],
    userPrincipalName: ['anna@mail.example'],
    userAccountControl: ['514'],
    displayName: ['Anna Berg'],
    department: ['Of the mailbox'],
    mail: ['anna.berg@example.com'],
    mailNickname: ['anna.berg'],
    proxyAddresses: ['SMTP:anna.berg@example.com'],
    msExchRecipientTypeDetails: ['2'],
    extensionAttribute1: ['mail']
  }
})

/** The same with an account that can sign in, and so not linked. */
const ownMailbox = {
  ...mailbox,
  attributes: { ...mailbox.attributes, userAccountControl: ['512'], msExchRecipientTypeDetails: ['1'] }
}

const later = staged({
  connector: 'later.example',
  objectGuid: third,
  dn: 'CN=Anna,DC=later,DC=example',
  attributes: {
    cn: ['Later'],
    sAMAccountName: ['later'],
    userPrincipalName: ['later@example.com'],
    userAccountControl: ['512'],
    department: ['Of the third'],
    company: ['Only the third knows']
  }
})

const signIn = {
  sourceAnchor: 'EREREREREREREREREREREQ==',
  objectGUID: first,
  userPrincipalName: 'anna@example.com',
  accountEnabled: true
}
const ofMailbox = {
  displayName: 'Anna Berg',
  department: 'Of the mailbox',
  mail: 'anna.berg@example.com',
  mailNickname: 'anna.berg',
  extensionAttribute1: 'mail'
}

describe('the metaverse attributes of one entry', () => {
  const cases: [string, StagedObject[], AttributeRecord][] = [
    ['account before mailbox: sign-in from the account', [account, mailbox], signIn],
    ['account before mailbox: the address book from the mailbox', [account, mailbox], ofMailbox],
    ['mailbox before account: sign-in from the account', [mailbox, account], signIn],
    ['mailbox before account: the address book from the mailbox', [mailbox, account], ofMailbox],
    ['what only the account knows is its own', [mailbox, account], { title: 'Only the account knows' }],
    [
      'both disabled: the account, for a linked mailbox has no anchor',
      [mailbox, disabledAccount],
      { sourceAnchor: signIn.sourceAnchor, objectGUID: first, accountEnabled: false }
    ],
    [
      'both disabled: the first forest signs in',
      [mailbox, disabledAccount],
      { userPrincipalName: 'anna@mail.example' }
    ],
    [
      'only the mailbox is enabled: it signs in too',
      [disabledAccount, ownMailbox],
      { userPrincipalName: 'anna@mail.example', accountEnabled: true, objectGUID: second }
    ],
    ['both enabled: the first forest signs in', [account, ownMailbox], signIn],
    [
      'both enabled, turned round: the other one',
      [ownMailbox, account],
      { userPrincipalName: 'anna@mail.example' }
    ],
    ['without a mailbox the first forest gives the rest', [account, later], { department: 'Of the account' }],
    ['without a mailbox, turned round', [later, account], { department: 'Of the third' }],
    [
      'three: sign-in from the first that is enabled',
      [mailbox, disabledAccount, later],
      { userPrincipalName: 'later@example.com' }
    ],
    ['three: the address book from the mailbox', [later, account, mailbox], ofMailbox],
    [
      'three: what one knows is its own',
      [mailbox, account, later],
      { company: 'Only the third knows', title: 'Only the account knows' }
    ]
  ]
  it.each(cases)('%s', (_what, contributors, expected) => {
    expect(rules.project(contributors, '').attributes).toMatchObject(expected)
  })

  it('have the anchor of the entry, whatever flows', () => {
    const anchor = 'MzMzMzMzMzMzMzMzMzMzMw=='
    const { attributes, export: desired } = rules.project([account, mailbox], anchor)
    expect(attributes.sourceAnchor).toBe(anchor)
    expect(desired?.onPremisesImmutableId).toBe(anchor)
  })

  it('are cleared where nobody has a value', () => {
    expect(rules.project([account, mailbox, later], '').attributes).toMatchObject({ mobile: null })
  })
})

describe('an object by itself', () => {
  it.each<[string, StagedObject, string | undefined]>([
    ['an account has an anchor', account, signIn.sourceAnchor],
    ['a disabled account has one', disabledAccount, signIn.sourceAnchor],
    ['a mailbox with its own account has one', ownMailbox, 'IiIiIiIiIiIiIiIiIiIiIg=='],
    ['a linked mailbox has none', mailbox, undefined]
  ])('%s', (_what, object, expected) => {
    expect(rules.judge(object)).toMatchObject({ outcome: 'in-scope' })
    expect(anchorOf(object)).toBe(expected)
  })
})

it('one object whose values block does not block where another one gives the value', () => {
  const wrong = { ...mailbox, attributes: { ...mailbox.attributes, userPrincipalName: ['änna@example.com'] } }
  expect(rules.project([wrong, account], '').problems).toEqual([])
  expect(rules.project([wrong], '').problems).not.toEqual([])
})
