import type { DirectoryChange } from '@opendirsync/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connector,
  decide,
  exportAll,
  gate,
  gateOf,
  group,
  namingContext,
  rulesOf,
  type StoreFixture,
  stage,
  storeFixture,
  synchronise,
  takeThrough,
  user
} from './fixtures.ts'

/** Sequences that could delete, unlink or bring back the wrong thing. */
describe('nothing takes a wrong turn', () => {
  let fixture: StoreFixture

  beforeEach(async () => {
    fixture = await storeFixture()
  })
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]()
  })

  const through = (changes: readonly DirectoryChange[]) => takeThrough(fixture.store, changes)

  const deleted = (object: DirectoryChange): DirectoryChange => ({
    ...object,
    state: 'deleted',
    complete: false
  })
  const touched = (object: DirectoryChange): DirectoryChange => {
    const { objectClass: _class, ...rest } = object
    return { ...rest, complete: false, attributes: { displayName: ['Touched'] }, links: [] }
  }

  it('counts unchanged objects of a resumed full import as seen, in whatever form they come', async () => {
    const [ada, bob] = [user('Ada'), user('Bob')]
    await stage(fixture.store, [ada, bob], { mode: 'full' })
    const again = [ada, { ...bob, complete: false, attributes: {} }]
    expect(await stage(fixture.store, again, { mode: 'full' })).toMatchObject({
      changed: [],
      deleted: 0
    })
  })

  it('keeps references while a delete is held', async () => {
    const [ada, bob] = [user('Ada'), user('Bob')]
    const team = group('Team', [ada.objectGuid, bob.objectGuid])
    await through([ada, bob, team])
    const { changed } = await stage(fixture.store, [deleted(ada), deleted(bob)])
    const entryIds = await synchronise(fixture.store, changed)
    const held = { gate: gateOf(1), write: async () => new Map() }
    expect((await fixture.store.exports.objects({ ...held, entryIds })).claimed).toEqual([])
    const links: unknown[] = []
    const teamIds = await fixture.store.pending.exports(10, gateOf(1))
    await fixture.store.exports.links({
      sourceEntryIds: [...entryIds, ...teamIds],
      gate,
      limit: 10,
      keyOf: link => link.targetEntryId,
      write: async some => {
        links.push(...some)
        return new Map()
      }
    })
    expect(links).toEqual([])
    expect(teamIds).toEqual([])
    expect(await fixture.store.pending.exportsAmong(entryIds, gateOf(1))).toEqual([])
    expect((await fixture.store.summary.read()).pendingLinks).toBe(0)
  })

  it('does not bring a deleted account back when its tombstone is touched', async () => {
    const ada = user('Ada')
    await through([ada])
    await through([deleted(ada)])
    const key = { connector, namingContext }
    const before = await fixture.store.connectorSpace.cookie(key)
    let doubtful: readonly string[] = []
    const page = {
      ...key,
      expected: before?.cookie,
      mode: 'delta' as const,
      runId: crypto.randomUUID()
    }
    const { changed } = await fixture.store.connectorSpace.stagePage(page, async stageChunk => {
      doubtful = await stageChunk([touched(ada)])
      return { to: { cookie: Buffer.from('touched'), server: 'dc1', invocationId: undefined }, more: false }
    })
    expect(changed).toEqual([])
    expect(doubtful).toEqual([ada.objectGuid])
  })

  it('drops a membership that a delete and a restore between two imports have cost', async () => {
    const ada = user('Ada')
    const team = group('Team', [ada.objectGuid])
    await through([ada, team])
    const restored: DirectoryChange = { ...ada, complete: false, state: 'restored', attributes: {} }
    expect(await through([restored])).toEqual(['remove member'])
  })

  it('hands an account over when its source anchor moves to another object', async () => {
    const attributes = { displayName: ['Same person'], anchor: ['same'] }
    const [old, next] = [user('Old', { attributes }), user('Next', { attributes })]
    expect(await through([old])).toEqual(['create'])
    // The account stays: no delete, no creation.
    expect(await through([deleted(old), next])).toEqual([])
    expect(await through([{ ...next, attributes: { ...attributes, displayName: ['New name'] } }])).toEqual([
      'update'
    ])
  })

  it('gives a waiting object its turn when the holder of the source anchor goes', async () => {
    const attributes = { displayName: ['Same person'], anchor: ['same'] }
    const [old, next] = [user('Old', { attributes }), user('Next', { attributes })]
    await through([old])
    expect(await through([next])).toEqual([])
    // The account stays: it has passed to the other one.
    expect(await through([deleted(old)])).toEqual([])
    const waiting = (await fixture.store.pending.staged(10)).map(row => row.objectGuid)
    expect(waiting).toEqual([next.objectGuid])
    expect(await exportAll(fixture.store, await synchronise(fixture.store, waiting))).toEqual([])
    expect(await through([{ ...next, attributes: { ...attributes, displayName: ['Next'] } }])).toEqual([
      'update'
    ])
  })

  it('takes a held delete back when the object lives again but cannot be exported', async () => {
    const ada = user('Ada')
    await through([ada])
    const first = await stage(fixture.store, [deleted(ada)])
    await synchronise(fixture.store, first.changed)
    const second = await stage(fixture.store, [{ ...ada, state: 'restored' }])
    const { exportable } = await fixture.store.metaverse.synchronise({
      connector,
      objectGuids: second.changed,
      rules: rulesOf(staged => {
        const { export: _blocked, ...decision } = { export: {}, ...decide(staged) }
        return decision as ReturnType<typeof decide>
      })
    })
    expect(await exportAll(fixture.store, exportable)).toEqual(['update'])
  })

  it('disables a leaver whose other values are blocked, and keeps the rest', async () => {
    const ada = user('Ada')
    await through([ada])
    const { changed } = await stage(fixture.store, [{ ...ada, attributes: { displayName: ['Bad value'] } }])
    const { exportable } = await fixture.store.metaverse.synchronise({
      connector,
      objectGuids: changed,
      rules: rulesOf(staged => ({
        outcome: 'projected',
        objectType: 'user',
        sourceAnchor: staged.objectGuid,
        attributes: {},
        partial: { accountEnabled: false },
        problems: [{ severity: 'blocking', code: 'test', message: 'blocked' }]
      }))
    })
    const desired: unknown[] = []
    await fixture.store.exports.objects({
      entryIds: exportable,
      gate,
      write: async pending => {
        desired.push(...pending.map(object => object.desired))
        return new Map()
      }
    })
    expect(desired).toEqual([{ displayName: 'Ada', accountEnabled: false }])
  })

  it('writes the references of an adopted object once more', async () => {
    const ada = user('Ada')
    const team = group('Team', [ada.objectGuid])
    await through([ada, team])
    const { changed } = await stage(fixture.store, [{ ...ada, attributes: { displayName: ['Ada L.'] } }])
    const entryIds = await synchronise(fixture.store, changed)
    await fixture.store.exports.objects({
      entryIds,
      gate,
      write: async pending =>
        new Map(
          pending.map(object => [
            object.entryId,
            { result: 'written', operation: 'adopt', entraId: crypto.randomUUID() }
          ])
        )
    })
    expect(await exportAll(fixture.store, await fixture.store.pending.exports(10, gate))).toEqual([
      'add member'
    ])
  })

  it('keeps a membership that was added again while its removal was being written', async () => {
    const ada = user('Ada')
    const team = group('Team', [ada.objectGuid])
    await through([ada, team])
    const change = (added: string[], removed: string[]): DirectoryChange => ({
      ...team,
      complete: false,
      attributes: {},
      links: [{ attribute: 'member', added, removed }]
    })
    const { changed } = await stage(fixture.store, [change([], [ada.objectGuid])])
    await fixture.store.exports.links({
      sourceEntryIds: await synchronise(fixture.store, changed),
      gate,
      limit: 10,
      keyOf: link => link.targetEntryId,
      write: async links => {
        const again = await stage(fixture.store, [change([ada.objectGuid], [])])
        await synchronise(fixture.store, again.changed)
        return new Map(
          links.map(link => [link.targetEntryId, { result: 'written', operation: 'remove-link' }])
        )
      }
    })
    expect(await exportAll(fixture.store, await fixture.store.pending.exports(10, gate))).toEqual([
      'add member'
    ])
  })

  it('drops a membership that was lost while synchronisation was behind', async () => {
    const ada = user('Ada')
    const team = group('Team', [ada.objectGuid])
    await through([ada, team])
    await stage(fixture.store, [deleted(ada)])
    const { changed } = await stage(fixture.store, [{ ...ada, state: 'restored' }])
    expect(await exportAll(fixture.store, await synchronise(fixture.store, changed))).toEqual([
      'remove member'
    ])
  })

  it('does not hand memberships over with a source anchor', async () => {
    const attributes = { displayName: ['Same person'], anchor: ['same'] }
    const [old, next] = [user('Old', { attributes }), user('Next', { attributes })]
    await through([old, group('Team', [old.objectGuid])])
    expect(await through([deleted(old), next])).toEqual(['remove member'])
    // The predecessor comes back and finds its place taken.
    expect(await through([{ ...old, state: 'restored' }])).toEqual([])
    expect((await fixture.store.quarantine.list({ limit: 10 })).items).toMatchObject([
      { objectGuid: old.objectGuid, problems: [{ code: 'source-anchor-duplicate' }] }
    ])
  })

  it('keeps the account when the successor of its anchor cannot be exported', async () => {
    const attributes = { displayName: ['Same person'], anchor: ['same'] }
    const [old, next] = [user('Old', { attributes }), user('Next', { attributes })]
    await through([old])
    const { changed } = await stage(fixture.store, [deleted(old), next])
    const { exportable } = await fixture.store.metaverse.synchronise({
      connector,
      objectGuids: changed,
      rules: rulesOf(staged => {
        const { export: _blocked, ...decision } = { export: {}, ...decide(staged) }
        return decision as ReturnType<typeof decide>
      })
    })
    expect(await exportAll(fixture.store, exportable)).toEqual([])
  })

  it('never joins two living objects to one entry, also when they come at the same time', async () => {
    const attributes = { displayName: ['Twin'], anchor: ['same'] }
    const twins = Array.from({ length: 8 }, (_unused, number) => user(`Twin ${number}`, { attributes }))
    const { changed } = await stage(fixture.store, twins)
    await Promise.all(changed.map(guid => synchronise(fixture.store, [guid])))
    const { items } = await fixture.store.quarantine.list({ limit: 20 })
    expect(items).toHaveLength(7)
  })

  it('remembers what the tenant took of a refused change', async () => {
    const ada = user('Ada')
    await through([ada])
    const { changed } = await stage(fixture.store, [{ ...ada, attributes: { displayName: ['Other'] } }])
    const entryIds = await synchronise(fixture.store, changed)
    const problem = { code: 'object-conflict', message: 'refused' }
    const applied = { accountEnabled: false }
    await fixture.store.exports.objects({
      entryIds,
      gate,
      retrySeconds: 0,
      write: async pending =>
        new Map(pending.map(object => [object.entryId, { result: 'refused', problem, applied }]))
    })
    await fixture.store.pending.reopenRefused(10)
    const exported: unknown[] = []
    await fixture.store.exports.objects({
      entryIds,
      gate,
      write: async pending => {
        exported.push(...pending.map(object => object.exported))
        return new Map()
      }
    })
    expect(exported).toEqual([{ displayName: 'Ada', accountEnabled: false }])
  })

  it('counts deletes of objects that were never confirmed in the tenant', async () => {
    const people = ['Ada', 'Bob', 'Cy'].map(name => user(name))
    const first = await stage(fixture.store, people)
    await synchronise(fixture.store, first.changed)
    const second = await stage(fixture.store, people.map(deleted))
    const entryIds = await synchronise(fixture.store, second.changed)
    const result = await fixture.store.exports.objects({
      entryIds,
      gate: gateOf(2),
      write: async () => new Map()
    })
    expect(result.claimed).toEqual([])
    expect(await fixture.store.exports.deleteGate('user', gateOf(2))).toEqual({
      outcome: 'closed',
      exceeded: 'count'
    })
  })
})
