import { openStore } from '@opendirsync/store'
import { describe, expect, it } from 'vitest'
import { group, user } from './fixtures.ts'
import {
  deleted,
  domains,
  type Forest,
  foreignPrincipal,
  forestForEachTest,
  newSid,
  optedOut,
  rules,
  withMembers
} from './forest.ts'

let forest: Forest
forestForEachTest(opened => {
  forest = opened
})

describe('references across the domains of a forest', () => {
  it.each([
    { staged: ['a', 'b'], synchronised: ['a', 'b'] },
    { staged: ['a', 'b'], synchronised: ['b', 'a'] },
    { staged: ['b', 'a'], synchronised: ['a', 'b'] },
    { staged: ['b', 'a'], synchronised: ['b', 'a'] }
  ] as const)('are found when $staged are staged and $synchronised synchronised', async order => {
    const bob = user('Bob')
    const objects = { a: group('Team', [bob.objectGuid]), b: bob }
    for (const domain of order.staged) await forest.report(domain, objects[domain])
    for (const domain of order.synchronised) await forest.synchronise(domain, objects[domain])
    await forest.settle()
    expect(await forest.referredBy(objects.a)).toEqual(['Bob'])
  })

  it('are found when the domains are synchronised at the same time', async () => {
    await using other = await openStore({ url: forest.url })
    const pairs = Array.from({ length: 20 }, (_unused, index) => {
      const member = user(`Member ${index}`)
      return { member, team: group(`Team ${index}`, [member.objectGuid]) }
    })
    await forest.report('a', ...pairs.map(({ team }) => team))
    await forest.report('b', ...pairs.map(({ member }) => member))
    await Promise.all(
      pairs.flatMap(({ member, team }) => [
        forest.synchronise('b', member),
        other.metaverse.synchronise({ connector: domains.a, objectGuids: [team.objectGuid], rules })
      ])
    )
    const operations = await forest.settle()
    expect(operations.filter(operation => operation === 'add member')).toHaveLength(20)
  })

  it('go when the group is told to have lost the member', async () => {
    const bob = user('Bob')
    const team = group('Team', [bob.objectGuid])
    await forest.report('b', bob)
    await forest.through('a', team)
    expect(await forest.through('a', withMembers(team))).toEqual(['remove member'])
  })

  it('hold for managers too', async () => {
    const boss = user('Boss')
    const ada = user('Ada', { links: [{ attribute: 'manager', added: [boss.objectGuid], removed: [] }] })
    await forest.through('a', ada)
    expect(await forest.through('b', boss)).toEqual(['create', 'add manager'])
  })

  it('follow a member out of the scope and back, for the other domain tells of every change', async () => {
    const bob = user('Bob')
    const team = group('Team', [bob.objectGuid])
    await forest.report('b', bob)
    await forest.through('a', team)
    expect(await forest.through('b', optedOut(bob))).toEqual(['delete'])
    expect(await forest.through('b', bob)).toEqual(['restore', 'add member'])
    expect(await forest.rereads('a')).toEqual([])
  })

  describe('to a member that was deleted and lives again', () => {
    const bob = user('Bob')
    const team = group('Team', [bob.objectGuid])
    const restored = { ...bob, state: 'restored' as const }

    it.each([
      ['and synchronisation has seen both', [deleted(bob), 'settle', restored]],
      ['while synchronisation was behind', [deleted(bob), restored]],
      ['between two imports', [{ ...restored, complete: false, attributes: {} }]]
    ] as const)('wait until the group was read again: %s', async (_case, reports) => {
      await forest.report('b', bob)
      await forest.through('a', team)
      for (const report of reports) {
        if (report === 'settle') await forest.settle()
        else await forest.report('b', report)
      }
      await forest.settle()
      expect(await forest.referredBy(team)).toEqual([])
      expect(await forest.rereads('a')).toEqual([team.objectGuid])
      // Whatever else the member has news of, it is not given the membership back.
      await forest.through('b', { ...bob, attributes: { displayName: ['Robert'] } })
      expect(await forest.referredBy(team)).toEqual([])

      expect(await forest.through('a', team)).toEqual(['add member'])
      expect(await forest.referredBy(team)).toEqual(['Robert'])
    })
  })
})

describe('foreign security principals', () => {
  const orders = [
    ['team', 'principal', 'person'],
    ['team', 'person', 'principal'],
    ['principal', 'team', 'person'],
    ['principal', 'person', 'team'],
    ['person', 'team', 'principal'],
    ['person', 'principal', 'team']
  ] as const

  function foreignMember() {
    const objectSid = newSid()
    const person = user('Ada', { objectSid })
    const principal = foreignPrincipal(objectSid)
    return { person, principal, team: group('Team', [principal.objectGuid]) }
  }

  it.each(orders)('stand for the account of the other forest: %s, %s, %s', async (...order) => {
    const objects = foreignMember()
    const operations = []
    for (const name of order) {
      operations.push(...(await forest.through(name === 'person' ? 'other' : 'a', objects[name])))
    }
    expect(operations.toSorted()).toEqual(['add member', 'create', 'create'])
    expect(await forest.referredBy(objects.team)).toEqual(['Ada'])
  })

  it('have no entry and no problem of their own', async () => {
    const { principal, team } = foreignMember()
    expect(await forest.through('a', principal, team)).toEqual(['create'])
    expect(await forest.problems()).toEqual([])
  })

  it('give the membership back with the account, for the group has never lost its member', async () => {
    const { person, principal, team } = foreignMember()
    await forest.report('a', principal, team)
    await forest.through('other', person)
    expect(await forest.through('other', deleted(person))).toEqual(['delete'])
    expect(await forest.through('other', { ...person, state: 'restored' })).toEqual(['restore', 'add member'])
    expect(await forest.rereads('a')).toEqual([])
  })

  it('take their references with them', async () => {
    const { person, principal, team } = foreignMember()
    await forest.report('other', person)
    await forest.through('a', principal, team)
    expect(await forest.through('a', deleted(principal))).toEqual(['remove member'])
  })

  it('are found for an account whose SID was not known before', async () => {
    const { person, principal, team } = foreignMember()
    const { objectSid: _sid, ...nameless } = person
    await forest.report('a', principal, team)
    expect(await forest.through('other', nameless)).toEqual(['create', 'create'])
    expect(await forest.through('other', person)).toEqual(['add member'])
  })

  it.each(['S-1-5-11', 'S-1-1-0', 'S-1-5-32-544'])('stand for nobody when they are %s', async objectSid => {
    const principal = foreignPrincipal(objectSid)
    const builtIn = group('Built-in', [], { objectSid })
    const team = group('Team', [principal.objectGuid])
    await forest.report('a', principal, team)
    expect(await forest.through('other', builtIn)).toEqual(['create', 'create'])
    expect(await forest.through('a', { ...team, attributes: { displayName: ['Team 2'] } })).toEqual([
      'update'
    ])
  })

  it('keep a membership that a second row stands for', async () => {
    const { person, principal, team } = foreignMember()
    const twin = foreignPrincipal(principal.objectSid ?? '')
    await forest.report('other', person)
    await forest.through('a', principal, twin, withMembers(team, principal, twin))
    expect(await forest.through('a', withMembers(team, twin))).toEqual([])
    expect(await forest.through('a', deleted(principal))).toEqual([])
    expect(await forest.referredBy(team)).toEqual(['Ada'])
    expect(await forest.through('a', withMembers(team))).toEqual(['remove member'])
  })
})
