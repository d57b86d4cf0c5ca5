import type { DirectoryChange } from '@opendirsync/contracts'
import { openStore } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { group, user } from './fixtures.ts'
import { deleted, domains, type Forest, forestForEachTest, optedOut, withMembers } from './forest.ts'
import { joiningRules, person, withAttributes } from './joining-rules.ts'

let forest: Forest
forestForEachTest(opened => {
  forest = opened
}, joiningRules)

describe('two objects that are one person', () => {
  it.each([
    { order: 'account first', linked: false },
    { order: 'account first', linked: true },
    { order: 'mailbox first', linked: true }
  ])('make one account: $order, linked mailbox: $linked', async ({ order, linked }) => {
    const { account, mailbox } = person('Ada', linked ? { linked: ['yes'] } : {})
    const reports = [() => forest.report('a', account), () => forest.report('other', mailbox)]
    const operations: string[] = []
    for (const report of order === 'account first' ? reports : reports.toReversed()) {
      await report()
      operations.push(...(await forest.settle()))
    }
    expect(operations.filter(operation => operation === 'create')).toHaveLength(1)
    expect(await forest.desired()).toEqual({
      Ada: { displayName: 'Ada', department: 'Analysis', anchor: account.objectGuid, enabled: true }
    })
    expect(await forest.problems()).toEqual([])
  })

  it('says of a linked mailbox without its account what is missing', async () => {
    const { mailbox } = person('Ada', { linked: ['yes'] })
    await forest.report('a', user('Somebody else'))
    expect(await forest.through('other', mailbox)).toEqual(['create'])
    expect(await forest.problems()).toEqual(['linked-mailbox-without-account Ada (mailbox)'])
  })

  it('writes what changes at either', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    await forest.through('other', mailbox)
    expect(await forest.through('other', withAttributes(mailbox, { department: ['Mathematics'] }))).toEqual([
      'update'
    ])
    expect(await forest.through('a', withAttributes(account, { displayName: ['Ada King'] }))).toEqual([
      'update'
    ])
    expect(await forest.desired()).toEqual({
      'Ada King': expect.objectContaining({ department: 'Mathematics', enabled: true })
    })
  })

  it('keep the account when the mailbox goes, without what it gave', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    await forest.through('other', mailbox)
    expect(await forest.through('other', deleted(mailbox))).toEqual(['update'])
    expect((await forest.desired()).Ada).toMatchObject({ department: null })
    expect(await forest.through('other', { ...mailbox, state: 'restored' })).toEqual(['update'])
    expect((await forest.desired()).Ada).toMatchObject({ department: 'Analysis' })
    expect(await forest.through('other', optedOut(mailbox))).toEqual(['update'])
  })

  it('leave the tenant with the account when a linked mailbox is all that is left', async () => {
    const { account, mailbox } = person('Ada', { linked: ['yes'] })
    await forest.through('a', account)
    await forest.through('other', mailbox)
    expect(await forest.through('a', deleted(account))).toEqual(['delete'])
    expect(await forest.desired()).toEqual({})
    expect(await forest.through('a', { ...account, state: 'restored' })).toEqual(['restore'])
    expect((await forest.desired()).Ada).toMatchObject({ department: 'Analysis', anchor: account.objectGuid })
  })

  it('freeze when the one with the anchor goes and another with an anchor of its own is left', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    await forest.through('other', mailbox)
    expect(await forest.through('a', deleted(account))).not.toContain('delete')
    expect(await forest.problems()).toEqual(['source-anchor-changed Ada (mailbox)'])
    const carried = withAttributes(mailbox, { anchor: [account.objectGuid] })
    await forest.through('other', carried)
    expect(await forest.problems()).toEqual([])
    expect(Object.keys(await forest.desired())).toEqual(['Ada (mailbox)'])
  })

  it('are both gone when both are deleted, whichever is seen first', async () => {
    for (const order of [
      ['a', 'other'],
      ['other', 'a']
    ] as const) {
      const { account, mailbox } = person('Ada')
      await forest.through('a', account)
      await forest.through('other', mailbox)
      const objects = { a: account, other: mailbox }
      for (const domain of order) await forest.report(domain, deleted(objects[domain]))
      for (const domain of order) await forest.synchronise(domain, objects[domain])
      await forest.settle()
      expect(await forest.desired()).toEqual({})
    }
  })

  it('are a member each of the groups of their own forest', async () => {
    const { account, mailbox } = person('Ada')
    const [team, list] = [group('Team', [account.objectGuid]), group('List', [mailbox.objectGuid])]
    await forest.through('a', account, team)
    await forest.through('other', list, mailbox)
    expect(await forest.referredBy(team)).toEqual(['Ada'])
    expect(await forest.referredBy(list)).toEqual(['Ada'])
    await forest.through('other', withMembers(list))
    expect(await forest.referredBy(list)).toEqual([])
    await forest.through('other', withMembers(list, mailbox))
    await forest.through('other', deleted(mailbox))
    expect(await forest.referredBy(list)).toEqual([])
    expect(await forest.referredBy(team)).toEqual(['Ada'])
  })

  it('are found by mail, and never by a value that two have', async () => {
    const joinMail = ['ada@example.test']
    const [one, two] = [user('One', { attributes: { displayName: ['One'], joinMail } }), user('Two')]
    await forest.through('a', one, withAttributes(two, { joinMail }))
    const third = user('Three', { attributes: { displayName: ['Three'], joinMail } })
    expect(await forest.through('other', third)).toEqual([])
    expect(await forest.problems()).toEqual(['join-ambiguous Three'])
    await forest.through('a', deleted(two))
    await forest.through('other', withAttributes(third, { department: ['Now'] }))
    expect(await forest.problems()).toEqual([])
    expect((await forest.desired()).One).toMatchObject({ department: 'Now' })
  })

  it('do not let a second object of one forest in', async () => {
    const joinMail = ['ada@example.test']
    const named = (name: string) => user(name, { attributes: { displayName: [name], joinMail } })
    await forest.through('a', named('One'))
    await forest.through('other', named('Two'))
    expect(await forest.through('other', named('Three'))).toEqual([])
    expect(await forest.problems()).toEqual(['join-ambiguous Three'])
  })

  it('are one also when both arrive at the same moment', async () => {
    const people = Array.from({ length: 20 }, (_unused, index) => person(`Person ${index}`))
    const [accounts, mailboxes] = [people.map(({ account }) => account), people.map(({ mailbox }) => mailbox)]
    await forest.report('a', ...accounts)
    await forest.report('other', ...mailboxes)
    await using rival = await openStore({ url: forest.url })
    const guidsOf = (objects: readonly DirectoryChange[]) => objects.map(({ objectGuid }) => objectGuid)
    await Promise.all([
      forest.store.metaverse.synchronise({
        connector: domains.a,
        objectGuids: guidsOf(accounts),
        rules: joiningRules
      }),
      rival.metaverse.synchronise({
        connector: domains.other,
        objectGuids: guidsOf(mailboxes),
        rules: joiningRules
      })
    ])
    await forest.settle()
    expect(Object.keys(await forest.desired())).toHaveLength(20)
  })
})

describe('a value that only one object can have', () => {
  const named = (name: string, attributes: Readonly<Record<string, string[]>>) =>
    user(name, { attributes: { displayName: [name], ...attributes } })

  it('is the first one’s; the other waits and is taken up by itself', async () => {
    const upn = ['ada@example.test']
    const [ada, other] = [named('Ada', { upn }), named('Other', { upn: ['ADA@example.test'] })]
    expect(await forest.through('a', ada)).toEqual(['create'])
    expect(await forest.through('a', other)).toEqual([])
    expect(await forest.problems()).toEqual(['duplicate-value Other'])
    expect(await forest.through('a', withAttributes(ada, { upn: ['lovelace@example.test'] }))).toEqual([
      'update',
      'create'
    ])
    expect(await forest.problems()).toEqual([])
  })

  it('is given up by whoever is deleted', async () => {
    const upn = ['ada@example.test']
    const [ada, other] = [named('Ada', { upn }), named('Other', { upn })]
    await forest.through('a', ada)
    await forest.through('other', other)
    expect(await forest.through('a', deleted(ada))).toEqual(['delete', 'create'])
  })

  it('keeps nothing else of the object back', async () => {
    const [ada, other] = [
      named('Ada', { mail: ['a@x.test'] }),
      named('Other', { mail: ['a@x.test'], upn: ['o@x.test'] })
    ]
    await forest.through('a', ada)
    expect(await forest.through('a', other)).toEqual(['create'])
    expect((await forest.desired()).Other).not.toHaveProperty('mail')
    expect(await forest.problems()).toEqual(['duplicate-value Other'])
    const changed = withAttributes(other, { upn: ['ada@x.test'], mail: ['o@x.test'] })
    await forest.through('a', changed)
    expect((await forest.desired()).Other).toMatchObject({
      mail: 'o@x.test',
      userPrincipalName: 'ada@x.test'
    })
    expect(await forest.problems()).toEqual([])
  })

  it('stays as it was where the new one is taken', async () => {
    const [ada, other] = [named('Ada', { upn: ['a@x.test'] }), named('Other', { upn: ['o@x.test'] })]
    await forest.through('a', ada, other)
    const changed = withAttributes(other, { upn: ['a@x.test'], department: ['New'] })
    expect(await forest.through('a', changed)).toEqual(['update'])
    expect((await forest.desired()).Other).toMatchObject({ userPrincipalName: 'o@x.test', department: 'New' })
    await forest.through('a', withAttributes(ada, { upn: ['free@x.test'] }))
    expect((await forest.desired()).Other).toMatchObject({ userPrincipalName: 'a@x.test' })
  })
})
