import { randomBytes } from 'node:crypto'
import type { DirectoryChange, Inspector } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { group, user } from './fixtures.ts'
import { deleted, domains, type Forest, forestForEachTest, newSid, optedOut } from './forest.ts'
import { person, rulesWithAccounts as rules, withAttributes } from './joining-rules.ts'

let forest: Forest
forestForEachTest(opened => {
  forest = opened
}, rules)

const named = (
  name: string,
  attributes: Readonly<Record<string, string[]>> = {},
  more: Partial<DirectoryChange> = {}
) => user(name, { attributes: { displayName: [name], ...attributes }, ...more })

/** Random letters: nothing that could be compressed. */
const long = (characters: number) => randomBytes(characters).toString('hex').slice(0, characters)

describe('a join', () => {
  it('is not made to an account that is not to be in the tenant', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    expect(await forest.through('a', optedOut(account))).toEqual(['delete'])
    expect(await forest.through('other', mailbox)).toEqual(['create'])
    expect(Object.keys(await forest.desired())).toEqual(['Ada (mailbox)'])
  })

  it('waits for an account that was left out, and is made when it is let in', async () => {
    const { account, mailbox } = person('Ada', { linked: ['yes'] })
    await forest.through('a', account)
    await forest.through('a', optedOut(account))
    await forest.through('other', mailbox)
    expect(await forest.problems()).toEqual(['linked-mailbox-without-account Ada (mailbox)'])
    await forest.through('a', account)
    expect((await forest.desired()).Ada).toMatchObject({ department: 'Analysis' })
    expect(await forest.problems()).toEqual([])
  })

  it('tells what is missing when the account of a linked mailbox goes', async () => {
    const { account, mailbox } = person('Ada', { linked: ['yes'] })
    await forest.through('a', account)
    await forest.through('other', mailbox)
    expect(await forest.through('a', deleted(account))).toEqual(['delete'])
    expect(await forest.problems()).toEqual(['linked-mailbox-without-account Ada (mailbox)'])
  })

  it('is made when the other one gives the value up, or goes', async () => {
    const joinMail = ['ada@example.test']
    for (const mend of [
      (two: DirectoryChange) => withAttributes(two, { joinMail: ['two@example.test'] }),
      (two: DirectoryChange) => deleted(two),
      (two: DirectoryChange) => optedOut(two)
    ]) {
      const [one, two, third] = [named('One', { joinMail }), named('Two'), named('Three', { joinMail })]
      await forest.through('a', one, withAttributes(two, { joinMail }))
      await forest.through('other', third)
      expect(await forest.problems()).toEqual(['join-ambiguous Three'])
      await forest.through('a', mend(two))
      expect(await forest.problems()).toEqual([])
      await forest.through('a', deleted(one), deleted(two))
      await forest.through('other', deleted(third))
    }
  })

  it('passes to a mailbox that was made anew when the old one goes in the same message', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    await forest.through('other', mailbox)
    const anew = named('Anew', { ...mailbox.attributes, displayName: ['Anew'], department: ['New'] })
    await forest.through('other', deleted(mailbox), anew)
    expect(await forest.problems()).toEqual([])
    expect(await forest.desired()).toEqual({ Ada: expect.objectContaining({ department: 'New' }) })
  })

  it('ends when the mailbox is given to another account', async () => {
    const [ada, bob] = [person('Ada'), person('Bob')]
    await forest.through('a', ada.account, bob.account)
    await forest.through('other', ada.mailbox)
    await forest.through('other', withAttributes(ada.mailbox, { master: [bob.account.objectSid ?? ''] }))
    expect(await forest.desired()).toEqual({
      Ada: expect.objectContaining({ department: null }),
      Bob: expect.objectContaining({ department: 'Analysis' })
    })
  })

  it('stays when a mailbox does not name its account any more', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    await forest.through('other', mailbox)
    const { master: _master, ...attributes } = mailbox.attributes
    expect(await forest.through('other', { ...mailbox, attributes })).toEqual([])
    expect(Object.keys(await forest.desired())).toEqual(['Ada'])
  })

  it('is none with a group, nor with an account that has the same built-in SID', async () => {
    const self = 'S-1-5-10'
    const team = group('Team', [], { objectSid: newSid() })
    await forest.through('a', team, named('Ada', {}, { objectSid: self }))
    const mailboxes = [named('One', { master: [self] }), named('Two', { master: [team.objectSid ?? ''] })]
    await forest.through('other', ...mailboxes, named('Three', {}, { objectSid: self }))
    expect(Object.keys(await forest.desired()).toSorted()).toEqual(['Ada', 'One', 'Team', 'Three', 'Two'])
  })

  it('does not give a newcomer the account of a leaver whose mailbox has the same address', async () => {
    const joinMail = ['ada@example.test']
    const ada = named('Ada', { joinMail })
    await forest.through('a', ada)
    await forest.through('other', named('Mailbox', { joinMail, disabled: ['yes'] }))
    await forest.through('a', deleted(ada))
    await forest.through('a', named('Newcomer', { joinMail }))
    const desired = Object.values(await forest.desired())
    expect(desired).toEqual([expect.objectContaining({ displayName: 'Ada', anchor: ada.objectGuid })])
    expect(await forest.problems()).toContain('source-anchor-changed Newcomer')
  })
})

describe('an account whose maker has left', () => {
  it('is disabled when all that is left of it is disabled', async () => {
    const { account, mailbox } = person('Ada')
    await forest.through('a', account)
    await forest.through('other', mailbox)
    await forest.through('a', deleted(account))
    expect((await forest.desired()).Ada).toMatchObject({ accountEnabled: false, anchor: account.objectGuid })
  })

  it('is not written over by an object of another type with its source anchor', async () => {
    const team = group('Team', [])
    await forest.through('a', team)
    await forest.through('a', deleted(team))
    await forest.through('a', named('Ada', { anchor: [team.objectGuid] }))
    expect(await forest.problems()).toEqual(['source-anchor-duplicate Ada'])
    expect(await forest.desired()).toEqual({})
  })
})

describe('values that are unique', () => {
  it('may be longer than an index takes', async () => {
    const [upn, mail, joinMail] = [[`${long(4_000)}@x.test`], [`${long(5_000)}@x.test`], [long(6_000)]]
    await forest.report('b', named('Somebody'))
    expect(await forest.through('a', named('Long', { upn, mail, joinMail }))).toEqual(['create', 'create'])
    await forest.through('other', named('Twin', { upn, mail, joinMail }), named('Like', { upn }))
    expect(Object.keys(await forest.desired()).toSorted()).toEqual(['Long', 'Somebody'])
    expect(await forest.problems()).toEqual(['duplicate-value Like'])
  })

  it('are taken up by whoever began to wait in the moment in which they were given up', async () => {
    const upn = ['ada@x.test']
    const [ada, other] = [named('Ada', { upn }), named('Other', { upn })]
    await forest.through('a', ada, other)
    const [waiting] = await forest.problems()
    const [holder, waits] = waiting === 'duplicate-value Other' ? [ada, other] : [other, ada]
    await forest.report('a', withAttributes(holder, { upn: ['free@x.test'] }))
    // Its row is locked, as by a page that reports it unchanged: the wake-up passes over it.
    await forest.whileHeld('a', waits, () => forest.synchronise('a', holder))
    expect(await forest.settle()).toEqual(['update'])
    const woken = await forest.store.pending.wakeForgotten(10)
    expect(woken).toEqual([{ connector: domains.a, objectGuid: waits.objectGuid }])
    expect(await forest.settle()).toEqual(['create'])
    expect(await forest.store.pending.wakeForgotten(10)).toEqual([])
  })

  it('are not waited for any more by who is gone, left out or content', async () => {
    const upn = ['ada@x.test']
    const people = ['Ada', 'Gone', 'Out', 'Content'].map(name => named(name, { upn }))
    const [ada = user(''), gone = user(''), out = user(''), content = user('')] = people
    await forest.through('a', ada)
    await forest.through('a', gone, out, content)
    expect(await forest.query('select from awaited_value')).toHaveLength(3)
    await forest.through('a', deleted(gone), optedOut(out), withAttributes(content, { upn: ['c@x.test'] }))
    expect(await forest.query('select from awaited_value')).toHaveLength(0)
    await forest.through('a', deleted(ada), deleted(content))
    expect(await forest.query('select from claimed_value')).toHaveLength(0)
  })

  it('come to rest where several want several of them', async () => {
    const [u, v, m, n] = [['u@x.test'], ['v@x.test'], ['m@x.test'], ['n@x.test']]
    const wishes = [
      { upn: u, mail: m },
      { upn: u, mail: n },
      { upn: v, mail: m },
      { upn: v, mail: n }
    ]
    const people = wishes.map((wish, index) => named(`Person ${index}`, wish))
    await forest.through('a', ...people)
    for (const [index, wish] of [...wishes.slice(1), wishes[0]].entries()) {
      const one = people[index]
      if (one !== undefined && wish !== undefined) await forest.through('a', withAttributes(one, wish))
    }
    await forest.through('a', ...people.map(deleted))
    expect(await forest.query('select from claimed_value union all select from awaited_value')).toHaveLength(
      0
    )
  })
})

describe('findings', () => {
  const inspector: Inspector = {
    inspect({ attributes }) {
      const mail = attributes.mail?.[0] ?? ''
      const keys = mail === '' ? [] : [{ space: 'address', value: mail, attribute: 'mail', original: mail }]
      const bad = { attribute: 'displayName', code: 'odd', severity: 'warning', value: '', why: '' } as const
      return { findings: attributes.odd === undefined ? [] : [bad], keys }
    },
    shared: (_own, { original }, others) => ({
      attribute: 'mail',
      code: 'address-duplicate',
      severity: 'error',
      value: original,
      why: others
        .map(({ dn }) => dn.slice(3, dn.indexOf(',')))
        .toSorted()
        .join(' ')
    }),
    taken: () => undefined
  }

  async function look(domain: keyof typeof domains, ...changes: readonly DirectoryChange[]) {
    await forest.report(domain, ...changes)
    for (;;) {
      const news = await forest.store.pending.staged(100)
      if (news.length === 0) break
      for (const { connector, objectGuid } of news)
        await forest.store.metaverse.synchronise({ connector, objectGuids: [objectGuid], rules, inspector })
    }
    const { items } = await forest.store.readiness.findings({}, { limit: 100 })
    return items
      .map(({ dn, finding }) => `${dn.slice(3, dn.indexOf(','))}: ${finding.code} ${finding.why}`.trim())
      .toSorted()
  }

  it('name those that share a value as long as they do', async () => {
    const mail = ['a@x.test']
    const [one, two, three] = [named('One', { mail }), named('Two', { mail }), named('Three', { mail })]
    expect(await look('a', one, two, three)).toEqual([
      'One: address-duplicate Three Two',
      'Three: address-duplicate One Two',
      'Two: address-duplicate One Three'
    ])
    expect(await look('a', deleted(three))).toEqual([
      'One: address-duplicate Two',
      'Two: address-duplicate One'
    ])
    expect(await look('a', optedOut(two))).toEqual([])
    expect(await forest.query('select from readiness_key')).toHaveLength(1)
    expect(await look('a', two)).toHaveLength(2)
    expect(await look('a', deleted(one), deleted(two))).toEqual([])
    expect(await forest.query('select from readiness_key')).toHaveLength(0)
  })

  it('are none of two that are one person, in whatever order they come', async () => {
    const mail = ['a@x.test']
    const { account, mailbox } = person('Ada', { linked: ['yes'], mail })
    await look('a', named('Somebody'))
    expect(await look('other', mailbox)).toEqual([])
    expect(await look('a', withAttributes(account, { mail }))).toEqual([])
    expect(await look('other', withAttributes(mailbox, { master: [newSid()] }))).toHaveLength(2)
  })

  it('stay with an object that has no entry', async () => {
    const mail = ['a@x.test']
    const { mailbox } = person('Ada', { linked: ['yes'], odd: ['yes'], mail })
    const other = named('Other', { mail })
    await look('a', other)
    const found = await look('other', mailbox)
    expect(found).toHaveLength(3)
    expect(await look('a', withAttributes(other, { mail: ['b@x.test'] }))).toEqual(['Ada (mailbox): odd'])
    expect(await look('a', withAttributes(other, { mail }))).toEqual(found)
  })
})
