import { CookieConflictError, SetupError } from '@opendirsync/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  connector,
  group,
  namingContext,
  rulesOf,
  type StoreFixture,
  stage,
  storeFixture,
  synchronise,
  user
} from './fixtures.ts'

describe('a page of an import', () => {
  let fixture: StoreFixture

  beforeAll(async () => {
    fixture = await storeFixture()
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    // A full import of nothing but these two would look like a broken source; so each test adds its own.
    await stage(fixture.store, [])
  })

  it('reports an object as changed once, and not when the directory says the same again', async () => {
    const ada = user('Ada')
    expect((await stage(fixture.store, [ada])).changed).toEqual([ada.objectGuid])
    expect((await stage(fixture.store, [ada])).changed).toEqual([])
    expect(
      (await stage(fixture.store, [{ ...ada, attributes: { displayName: ['Ada L.'] } }])).changed
    ).toEqual([ada.objectGuid])
  })

  it('keeps what a partial report does not name, and clears what it names as empty', async () => {
    const ada = user('Ada', {
      attributes: { displayName: ['Ada'], title: ['Countess'], department: ['Analysis'] }
    })
    await stage(fixture.store, [ada])
    await stage(fixture.store, [{ ...ada, complete: false, attributes: { title: [] } }])
    let seen: unknown
    await fixture.store.metaverse.synchronise({
      connector,
      objectGuids: [ada.objectGuid],
      rules: rulesOf(staged => {
        seen = staged.attributes
        return { outcome: 'out-of-scope', reason: { code: 'test', message: 'only looking' } }
      })
    })
    expect(seen).toEqual({ displayName: ['Ada'], department: ['Analysis'] })
  })

  it('asks for a complete read of an object that it knows only a part of', async () => {
    const { objectClass: _unknown, ...stranger } = user('Stranger', { complete: false })
    const key = { connector, namingContext }
    const before = await fixture.store.connectorSpace.cookie(key)
    let unknown: readonly string[] = []
    await fixture.store.connectorSpace.stagePage(
      { ...key, expected: before?.cookie, mode: 'delta', runId: crypto.randomUUID() },
      async stageChunk => {
        unknown = await stageChunk([stranger])
        return { to: { cookie: Buffer.from('unknown'), server: 'dc1', invocationId: undefined }, more: false }
      }
    )
    expect(unknown).toEqual([stranger.objectGuid])
  })

  it('counts one added member as one change of the group', async () => {
    const members = ['Ada', 'Bob', 'Cy'].map(name => user(name))
    const team = group(
      'Team',
      members.slice(0, 2).map(member => member.objectGuid)
    )
    await stage(fixture.store, [...members, team])
    const added = members[2]?.objectGuid ?? ''
    const change = {
      ...team,
      complete: false,
      attributes: {},
      links: [{ attribute: 'member' as const, added: [added], removed: [] }]
    }
    expect((await stage(fixture.store, [change])).changed).toEqual([team.objectGuid])
    expect((await stage(fixture.store, [change])).changed).toEqual([])
  })

  it('renames everything below a container that was renamed', async () => {
    const unit = user('Unit', { objectClass: 'organizationalUnit', dn: `OU=Old\\, name,${namingContext}` })
    const inner = user('Inner', {
      objectClass: 'organizationalUnit',
      dn: `OU=Inner,OU=Old\\, name,${namingContext}`,
      parentGuid: unit.objectGuid
    })
    const ada = user('Ada', {
      dn: `CN=Love\\, Ada,OU=Inner,OU=Old\\, name,${namingContext}`,
      parentGuid: inner.objectGuid
    })
    await stage(fixture.store, [unit, inner, ada])
    await stage(fixture.store, [{ ...unit, complete: false, attributes: {}, dn: `OU=New,${namingContext}` }])
    await stage(fixture.store, [
      {
        ...ada,
        complete: false,
        attributes: { title: ['x'] },
        dn: `CN=Love\\, Ada,OU=Inner,OU=New,${namingContext}`
      }
    ])
    let dn = ''
    await fixture.store.metaverse.synchronise({
      connector,
      objectGuids: [inner.objectGuid, ada.objectGuid],
      rules: rulesOf(staged => {
        if (staged.objectGuid === inner.objectGuid) dn = staged.dn
        return { outcome: 'out-of-scope', reason: { code: 'test', message: 'only looking' } }
      })
    })
    expect(dn).toBe(`OU=Inner,OU=New,${namingContext}`)
  })

  it('keeps neither objects nor cookie when another importer has moved the cookie', async () => {
    const key = { connector, namingContext }
    const before = await fixture.store.connectorSpace.cookie(key)
    const late = user('Late')
    const page = {
      ...key,
      expected: Buffer.from('stale'),
      mode: 'delta' as const,
      runId: crypto.randomUUID()
    }
    const attempt = fixture.store.connectorSpace.stagePage(page, async stageChunk => {
      await stageChunk([late])
      return { to: { cookie: Buffer.from('never'), server: 'dc1', invocationId: undefined }, more: false }
    })
    await expect(attempt).rejects.toThrow(CookieConflictError)
    expect(await fixture.store.connectorSpace.cookie(key)).toEqual(before)
    expect(await synchronise(fixture.store, [late.objectGuid])).toEqual([])
  })

  it('keeps neither objects nor cookie when it breaks off in the middle', async () => {
    const key = { connector, namingContext }
    const before = await fixture.store.connectorSpace.cookie(key)
    const half = user('Half')
    const page = {
      ...key,
      expected: before?.cookie,
      mode: 'delta' as const,
      runId: crypto.randomUUID()
    }
    const attempt = fixture.store.connectorSpace.stagePage(page, async stageChunk => {
      await stageChunk([half])
      throw new Error('the domain controller died')
    })
    await expect(attempt).rejects.toThrow('the domain controller died')
    expect(await fixture.store.connectorSpace.cookie(key)).toEqual(before)
    expect((await stage(fixture.store, [half])).changed).toEqual([half.objectGuid])
  })
})

describe('a full import', () => {
  let fixture: StoreFixture

  beforeEach(async () => {
    fixture = await storeFixture()
  })

  it('finds what vanished without a tombstone, objects and members alike', async () => {
    await using _ = fixture
    const [ada, bob, cy] = [user('Ada'), user('Bob'), user('Cy')]
    const team = group('Team', [ada.objectGuid, bob.objectGuid])
    await stage(fixture.store, [ada, bob, cy, team], { mode: 'full' })
    const smaller = {
      ...team,
      links: [{ attribute: 'member' as const, added: [ada.objectGuid], removed: [] }]
    }
    const second = await stage(fixture.store, [ada, bob, smaller], { mode: 'full' })
    expect(second.deleted).toBe(1)
    expect(new Set(second.changed)).toEqual(new Set([cy.objectGuid, team.objectGuid]))
  })

  it('refuses a source that has shrunk by more than a quarter', async () => {
    await using _ = fixture
    const people = Array.from({ length: 100 }, (_unused, index) => user(`Person ${index}`))
    await stage(fixture.store, people, { mode: 'full' })
    await expect(stage(fixture.store, people.slice(0, 50), { mode: 'full' })).rejects.toThrow(SetupError)
    expect((await stage(fixture.store, people, { mode: 'full' })).changed).toEqual([])
  })
})
