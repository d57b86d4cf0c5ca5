import { openStore } from '@opendirsync/store'
import { beforeEach, describe, expect, it } from 'vitest'
import { gate, group, user } from './fixtures.ts'
import { deleted, domains, type Forest, forestForEachTest, optedOut, rules } from './forest.ts'

let forest: Forest
forestForEachTest(opened => {
  forest = opened
})

describe('an object that moves to another domain of the forest', () => {
  const ada = user('Ada')

  beforeEach(async () => {
    await forest.through('a', ada)
  })

  it.each([
    { staged: ['a', 'b'], synchronised: ['a', 'b'] },
    { staged: ['a', 'b'], synchronised: ['b', 'a'] },
    { staged: ['b', 'a'], synchronised: ['a', 'b'] },
    { staged: ['b', 'a'], synchronised: ['b', 'a'] }
  ] as const)('stays in the tenant: $staged staged, $synchronised synchronised', async order => {
    const reports = { a: deleted(ada), b: ada }
    for (const domain of order.staged) await forest.report(domain, reports[domain])
    for (const domain of order.synchronised) await forest.synchronise(domain, ada)
    const operations = await forest.settle()
    expect(operations).not.toContain('delete')
    expect(operations).not.toContain('create')
    expect(await forest.through('b', { ...ada, attributes: { displayName: ['Ada B.'] } })).toEqual(['update'])
    expect(await forest.through('b', deleted(ada))).toEqual(['delete'])
  })

  it('waits while both domains have it, and then has its turn', async () => {
    expect(await forest.through('b', ada)).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-duplicate Ada'])
    expect(await forest.through('a', deleted(ada))).toEqual([])
    expect(await forest.problems()).toEqual([])
    expect(await forest.through('b', { ...ada, attributes: { displayName: ['Ada B.'] } })).toEqual(['update'])
  })

  it('stays when its delete was decided and not written yet', async () => {
    await forest.report('a', deleted(ada))
    await forest.synchronise('a', ada)
    await forest.report('b', ada)
    expect(await forest.settle()).toEqual(['update'])
  })

  it('stays when its new place is being worked on while it is seen to leave the old one', async () => {
    await forest.report('b', ada)
    await forest.report('a', deleted(ada))
    await forest.whileHeld('b', ada, () => forest.synchronise('a', ada))
    expect(await forest.store.pending.exports(10, gate)).toEqual([])
    expect(await forest.settle()).not.toContain('delete')
    expect(await forest.through('b', deleted(ada))).toEqual(['delete'])
  })

  it('is not held up by whoever works on its old place, which has no say in it afterwards', async () => {
    await forest.report('b', ada)
    await forest.report('a', deleted(ada))
    await forest.whileHeld('a', ada, () => forest.synchronise('b', ada))
    await forest.report('a', { ...ada, state: 'restored' })
    expect(await forest.settle()).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-duplicate Ada'])
    expect(await forest.through('a', deleted(ada))).toEqual([])
    expect(await forest.through('b', deleted(ada))).toEqual(['delete'])
  })

  it('is restored when the delete was exported before it was seen again', async () => {
    expect(await forest.through('a', deleted(ada))).toEqual(['delete'])
    expect(await forest.through('b', ada)).toEqual(['restore'])
  })

  it('leaves the tenant when the rules of its new domain keep it out', async () => {
    await forest.report('b', optedOut(ada))
    expect(await forest.through('a', deleted(ada))).toEqual(['delete'])
  })

  it('leaves the tenant when it is deleted in its new domain too', async () => {
    await forest.through('b', ada)
    await forest.report('a', deleted(ada))
    await forest.report('b', deleted(ada))
    expect(await forest.settle()).toEqual(['delete'])
  })

  it('finds its place taken when its old domain has it again', async () => {
    await forest.report('b', ada)
    await forest.through('a', deleted(ada))
    expect(await forest.through('a', { ...ada, state: 'restored' })).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-duplicate Ada'])
    expect(await forest.through('b', { ...ada, attributes: { displayName: ['Ada B.'] } })).toEqual(['update'])
  })

  it('neither gets a second account nor loses the first when its source anchor has changed', async () => {
    const changed = { ...ada, attributes: { ...ada.attributes, anchor: ['another'] } }
    expect(await forest.through('b', changed)).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-changed Ada'])
    expect(await forest.through('a', deleted(ada))).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-changed Ada'])
    expect(await forest.through('b', { ...ada, attributes: { displayName: ['Ada B.'] } })).toEqual(['update'])
    expect(await forest.problems()).toEqual([])
  })

  it('keeps the memberships that the other domains tell, and has those of its old domain read again', async () => {
    const [near, far] = [group('Near', [ada.objectGuid]), group('Far', [ada.objectGuid])]
    await forest.report('a', near)
    await forest.through('b', far)
    await forest.report('b', ada)
    await forest.through('a', deleted(ada))
    expect(await forest.referredBy(far)).toEqual(['Ada'])
    expect(await forest.referredBy(near)).toEqual([])
    expect(await forest.rereads('a')).toEqual([near.objectGuid])
    expect(await forest.rereads('b')).toEqual([])
    expect(await forest.through('a', near)).toEqual(['add member'])
  })

  it('brings its own members, and not those that only its old domain knew', async () => {
    const [bob, cy] = [user('Bob'), user('Cy')]
    const team = group('Team', [bob.objectGuid, cy.objectGuid])
    await forest.through('a', bob, cy, team)
    await forest.report('b', group('Team', [cy.objectGuid], { objectGuid: team.objectGuid }))
    await forest.through('a', deleted(team))
    expect(await forest.referredBy(team)).toEqual(['Cy'])
  })

  it('takes turns with others that move both ways at the same time', async () => {
    await using other = await openStore({ url: forest.url })
    const there = Array.from({ length: 20 }, (_unused, index) => user(`There ${index}`))
    const back = Array.from({ length: 20 }, (_unused, index) => user(`Back ${index}`))
    await forest.report('a', ...there)
    await forest.through('b', ...back)
    await forest.report('a', ...there.map(deleted), ...back)
    await forest.report('b', ...back.map(deleted), ...there)
    const objectGuids = [...there, ...back].map(object => object.objectGuid)
    // One of two that are in each other's way is undone, and its message comes again.
    await Promise.allSettled([
      forest.store.metaverse.synchronise({ connector: domains.a, objectGuids, rules }),
      other.metaverse.synchronise({ connector: domains.b, objectGuids, rules })
    ])
    const operations = await forest.settle()
    expect(operations).not.toContain('delete')
    expect(operations).not.toContain('create')
    expect(await forest.problems()).toEqual([])
  })
})

describe('two objects with one source anchor, in two forests', () => {
  const attributes = { displayName: ['Same person'], anchor: ['same'] }
  const [old, next] = [user('Old', { attributes }), user('Next', { attributes })]

  it.each([
    ['is deleted', deleted(old)],
    ['leaves the scope', optedOut(old)]
  ])('pass the account on when the one that holds it %s', async (_case, report) => {
    await forest.through('a', old)
    expect(await forest.through('other', next)).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-duplicate Same person'])
    expect(await forest.through('a', report)).toEqual([])
    expect(await forest.problems()).toEqual([])
    expect(await forest.through('other', deleted(next))).toEqual(['delete'])
  })

  it('change places when the first comes back into scope after the second has gone', async () => {
    await forest.through('a', old)
    await forest.through('other', next)
    await forest.through('a', optedOut(old))
    expect(await forest.through('a', old)).toEqual([])
    expect(await forest.problems()).toEqual(['source-anchor-duplicate Same person'])
    expect(await forest.through('other', deleted(next))).toEqual([])
    expect(await forest.through('a', deleted(old))).toEqual(['delete'])
  })

  it('do not share memberships', async () => {
    const team = group('Team', [old.objectGuid])
    await forest.through('a', old, team)
    await forest.through('other', next)
    expect(await forest.through('a', optedOut(old))).toEqual(['remove member'])
  })
})
