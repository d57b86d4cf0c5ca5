import type { DirectoryChange } from '@opendirsync/contracts'
import { openStore } from '@opendirsync/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connector,
  decide,
  exportAll,
  gate,
  gateOf,
  group,
  rules,
  rulesOf,
  type StoreFixture,
  stage,
  storeFixture,
  synchronise,
  takeThrough,
  user
} from './fixtures.ts'

describe('from the connector space to the tenant', () => {
  let fixture: StoreFixture

  beforeEach(async () => {
    fixture = await storeFixture()
  })
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]()
  })

  const through = (changes: readonly DirectoryChange[]) => takeThrough(fixture.store, changes)

  it('creates once, updates what changed, deletes and restores', async () => {
    const ada = user('Ada')
    expect(await through([ada])).toEqual(['create'])
    expect(await through([ada])).toEqual([])
    expect(await through([{ ...ada, attributes: { displayName: ['Ada L.'] } }])).toEqual(['update'])
    expect(await through([{ ...ada, state: 'deleted', complete: false }])).toEqual(['delete'])
    expect(await through([{ ...ada, state: 'restored' }])).toEqual(['restore'])
  })

  it('exports a membership when both ends are there, whichever came first', async () => {
    const [ada, bob] = [user('Ada'), user('Bob')]
    const team = group('Team', [ada.objectGuid, bob.objectGuid])
    expect(await through([ada])).toEqual(['create'])
    expect(await through([team])).toEqual(['create', 'add member'])
    expect(await through([bob])).toEqual(['create', 'add member'])
  })

  it('exports one member of a group without touching the others', async () => {
    const people = Array.from({ length: 50 }, (_unused, index) => user(`Person ${index}`))
    const team = group(
      'Team',
      people.slice(1).map(person => person.objectGuid)
    )
    await through([...people, team])
    const first = people[0]?.objectGuid ?? ''
    const change = (added: string[], removed: string[]) => ({
      ...team,
      complete: false,
      attributes: {},
      links: [{ attribute: 'member' as const, added, removed }]
    })
    expect(await through([change([first], [])])).toEqual(['add member'])
    expect(await through([change([], [first])])).toEqual(['remove member'])
    expect(await through([change([], [first])])).toEqual([])
  })

  it('replaces a manager with one write and clears it with one', async () => {
    const [ada, bob] = [user('Ada'), user('Bob')]
    const manager = (added: string[]) => [{ attribute: 'manager' as const, added, removed: [] }]
    const cy = user('Cy', { links: manager([ada.objectGuid]), replacesLinks: ['manager'] })
    await through([ada, bob, cy])
    expect(await through([{ ...cy, links: manager([bob.objectGuid]) }])).toEqual(['add manager'])
    expect(await through([{ ...cy, links: [] }])).toEqual(['remove manager'])
  })

  it('gives a restored member its groups back only when the directory still has them', async () => {
    const ada = user('Ada')
    const team = group('Team', [ada.objectGuid])
    await through([ada, team])
    await through([{ ...ada, state: 'deleted', complete: false }])
    expect(await through([{ ...ada, state: 'restored' }])).toEqual(['restore', 'remove member'])
    await through([{ ...ada, state: 'deleted', complete: false }])
    const again = { ...team, complete: false, attributes: {} }
    expect(await through([{ ...ada, state: 'restored' }, again])).toEqual(['restore', 'add member'])
  })

  it('never lets two living objects share a source anchor', async () => {
    const attributes = { displayName: ['Twin'], anchor: ['same'] }
    expect(await through([user('First', { attributes })])).toEqual(['create'])
    const second = user('Second', { attributes })
    expect(await through([second])).toEqual([])
    expect((await fixture.store.quarantine.list({ limit: 10 })).items).toMatchObject([
      { objectGuid: second.objectGuid, problems: [{ code: 'source-anchor-duplicate' }] }
    ])
  })

  it('leaves an object as it is when the rules fail at it, and says so', async () => {
    const [ada, bob] = [user('Ada'), user('Bob')]
    await through([ada, bob])
    const title = (name: string) => ({ attributes: { displayName: [name] } })
    const { changed } = await stage(fixture.store, [
      { ...ada, ...title('Ada L.') },
      { ...bob, ...title('Bob B.') }
    ])
    const problem = { code: 'rule-failed', message: 'A rule failed at this object.' }
    const { exportable } = await fixture.store.metaverse.synchronise({
      connector,
      objectGuids: changed,
      rules: rulesOf(staged =>
        staged.objectGuid === ada.objectGuid ? { outcome: 'failed', problem } : decide(staged)
      )
    })
    expect(await exportAll(fixture.store, exportable)).toEqual(['update'])
    expect((await fixture.store.quarantine.list({ limit: 10 })).items).toMatchObject([
      { objectGuid: ada.objectGuid, problems: [problem] }
    ])
  })

  it('counts a wave of deletions that synchronisation has not reached yet', async () => {
    const people = ['Ada', 'Bob', 'Cy'].map(name => user(name))
    await through(people)
    const { changed } = await stage(
      fixture.store,
      people.map(person => ({ ...person, state: 'deleted' as const }))
    )
    const entryIds = await synchronise(fixture.store, changed.slice(0, 1))
    expect(await fixture.store.exports.deleteGate('user', gateOf(2))).toEqual({ outcome: 'undecided' })
    expect(await exportAll(fixture.store, entryIds)).toEqual(['delete'])
  })

  it('holds all deletes above the threshold and lets everything else through', async () => {
    const [ada, bob, cy] = [user('Ada'), user('Bob'), user('Cy')]
    await through([ada, bob, cy])
    const { changed } = await stage(fixture.store, [
      { ...ada, state: 'deleted' },
      { ...bob, state: 'deleted' },
      { ...cy, attributes: { displayName: ['Cyril'] } }
    ])
    const entryIds = await synchronise(fixture.store, changed)
    const seen: boolean[] = []
    const write = async (pending: readonly { desiredPresent: boolean }[]) => {
      seen.push(...pending.map(object => object.desiredPresent))
      return new Map()
    }
    await fixture.store.exports.objects({ entryIds, gate: gateOf(1), write })
    expect(seen).toEqual([true])
    expect(await fixture.store.exports.deleteGate('user', gateOf(1))).toEqual({
      outcome: 'closed',
      exceeded: 'count'
    })
    expect(await fixture.store.pending.exports(10, gateOf(1))).toHaveLength(1)
    // What is held waits for a person, whatever the threshold is then.
    expect(await fixture.store.pending.exports(10, gateOf(2))).toHaveLength(1)
  })

  it('lets no two exporters work on one object', async () => {
    await using other = await openStore({ url: fixture.url })
    const { changed } = await stage(fixture.store, [user('Ada')])
    const entryIds = await synchronise(fixture.store, changed)
    let nested: number | undefined
    await fixture.store.exports.objects({
      entryIds,
      gate,
      write: async () => {
        const second = await other.exports.objects({
          entryIds,
          gate,
          write: async () => new Map()
        })
        nested = second.claimed.length
        return new Map()
      }
    })
    expect(nested).toBe(0)
  })

  it('finds a pair of new objects whose two transactions ran at the same time', async () => {
    await using other = await openStore({ url: fixture.url })
    const pairs = Array.from({ length: 30 }, (_unused, index) => {
      const member = user(`Member ${index}`)
      return { member, team: group(`Team ${index}`, [member.objectGuid]) }
    })
    await stage(
      fixture.store,
      pairs.flatMap(({ member, team }) => [member, team])
    )
    const results = await Promise.all(
      pairs.flatMap(({ member, team }) => [
        fixture.store.metaverse.synchronise({ connector, objectGuids: [member.objectGuid], rules }),
        other.metaverse.synchronise({ connector, objectGuids: [team.objectGuid], rules })
      ])
    )
    const operations = await exportAll(
      fixture.store,
      results.flatMap(result => result.exportable)
    )
    expect(operations.filter(operation => operation === 'add member')).toHaveLength(30)
  })

  it('quarantines a refused object until its data change or the retry is due', async () => {
    const ada = user('Ada')
    const { changed } = await stage(fixture.store, [ada])
    const entryIds = await synchronise(fixture.store, changed)
    const problem = {
      code: 'object-conflict',
      attribute: 'mail',
      message: 'Another object has this address.'
    }
    await fixture.store.exports.objects({
      entryIds,
      gate,
      retrySeconds: 0,
      write: async pending => new Map(pending.map(object => [object.entryId, { result: 'refused', problem }]))
    })
    expect(await exportAll(fixture.store, entryIds)).toEqual([])
    expect((await fixture.store.quarantine.list({ limit: 10 })).items).toMatchObject([
      { objectGuid: ada.objectGuid, problems: [problem] }
    ])
    expect((await fixture.store.summary.read()).quarantined).toBe(1)
    expect(await fixture.store.pending.reopenRefused(10)).toEqual(entryIds)
    expect(await exportAll(fixture.store, entryIds)).toEqual(['create'])
    expect((await fixture.store.quarantine.list({ limit: 10 })).items).toEqual([])
  })

  it('tells in the journal what became of an object', async () => {
    const ada = user('Ada')
    await through([ada])
    const lines = await fixture.store.journal.ofObject(ada.objectGuid, 10)
    expect(lines.map(line => line.step)).toEqual(['staged', 'synchronised', 'exported'])
  })
})
