import { randomUUID } from 'node:crypto'
import { CookieConflictError } from '@opendirsync/contracts'
import type { ImportPage, Store } from '@opendirsync/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connector, group, type StoreFixture, stage, storeFixture, synchronise, user } from './fixtures.ts'
import { begunFull, delta, ended, key } from './full-import-pages.ts'

let fixture: StoreFixture
let store: Store
beforeAll(async () => {
  fixture = await storeFixture()
  store = fixture.store
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  await stage(store, [])
  await store.connectorSpace.dropFullImport(key)
})

/** What the store has of an object, as synchronisation would see it. */
async function staged(
  objectGuid: string
): Promise<{ deleted: boolean; displayName: string | undefined } | undefined> {
  const [row] = await fixture.query<{ deleted: boolean; displayName: string | undefined }>(
    `select deleted, attributes -> 'displayName' ->> 0 as "displayName" from staged_object where object_guid = $1`,
    [objectGuid]
  )
  return row
}

/** A controller that a delta import has come from: the fixture's `stage` says that it is dc1. */
async function usedController(server: string): Promise<void> {
  await store.connectorSpace.rememberController({
    connector,
    server,
    invocationId: randomUUID(),
    highestUsn: '1'
  })
}

describe('a full import beside delta imports', () => {
  it('leaves what a delta has told since it began to read, and has it read again', async () => {
    const ada = user('Ada')
    await stage(store, [ada])
    const page = await begunFull(store)
    await stage(store, [delta(ada, { attributes: { displayName: ['Ada, newer'] } })])
    await store.connectorSpace.stageChunk(page, { batches: [[ada]], end: ended() })
    expect(await staged(ada.objectGuid)).toEqual({ deleted: false, displayName: 'Ada, newer' })
    expect((await store.connectorSpace.rereads(connector, { limit: 10, server: 'dc1' })).guids).toContain(
      ada.objectGuid
    )
  })

  it('takes what a delta had told before it began to read', async () => {
    const ada = user('Ada')
    await stage(store, [delta(ada, { attributes: { displayName: ['before'] } })])
    const page = await begunFull(store)
    await store.connectorSpace.stageChunk(page, { batches: [[ada]], end: ended() })
    expect((await staged(ada.objectGuid))?.displayName).toBe('Ada')
  })

  it('does not bring back what was deleted meanwhile, known or not', async () => {
    const known = user('Known')
    const unknown = user('Unknown')
    await stage(store, [known])
    const page = await begunFull(store)
    await stage(
      store,
      [known, unknown].map(object => delta(object, { state: 'deleted' }))
    )
    await store.connectorSpace.stageChunk(page, { batches: [[known, unknown]], end: ended() })
    expect((await staged(known.objectGuid))?.deleted).toBe(true)
    expect((await staged(unknown.objectGuid))?.deleted).toBe(true)
  })

  it('neither gives a member back that left meanwhile, nor takes one away that joined', async () => {
    const [left, joined, stays] = [user('Left'), user('Joined'), user('Stays')]
    const team = group('Team', [left.objectGuid, stays.objectGuid])
    await stage(store, [left, joined, stays, team])
    const page = await begunFull(store)
    const news = { attribute: 'member' as const, added: [joined.objectGuid], removed: [left.objectGuid] }
    await stage(store, [delta(team, { links: [news] })])
    await store.connectorSpace.stageChunk(page, { batches: [[left, joined, stays, team]], end: ended() })
    const members = await fixture.query(
      'select target_guid as guid from staged_link where source_guid = $1 and present order by 1',
      [team.objectGuid]
    )
    expect(members).toEqual([joined, stays].map(({ objectGuid }) => ({ guid: objectGuid })).sort(byGuid))
  })

  it('keeps what was created meanwhile, although it has not read it', async () => {
    const newcomer = user('Newcomer')
    const page = await begunFull(store)
    await stage(store, [newcomer])
    await store.connectorSpace.stageChunk(page, { batches: [[]], end: ended() })
    expect((await staged(newcomer.objectGuid))?.deleted).toBe(false)
  })

  it('leaves the cookie of the deltas as it is', async () => {
    const before = await store.connectorSpace.cookie(key)
    await store.connectorSpace.stageChunk(await begunFull(store), { batches: [[]], end: ended() })
    expect(await store.connectorSpace.cookie(key)).toEqual(before)
    expect(await store.connectorSpace.fullImport(key)).toBeUndefined()
    expect((await store.connectors.get(connector))?.importedAttributes).toEqual(['displayName'])
  })

  it('believes deltas from another controller, which it may lag behind', async () => {
    const [newcomer, changed] = [user('Newcomer elsewhere'), user('Old value')]
    await usedController('dc1')
    await stage(store, [newcomer, { ...changed, attributes: { displayName: ['New value'] } }])
    const page = { ...(await begunFull(store)), server: 'dc2' }
    await store.connectorSpace.stageChunk(page, { batches: [[changed]], end: ended() })
    expect(await staged(newcomer.objectGuid)).toMatchObject({ deleted: false })
    expect(await staged(changed.objectGuid)).toMatchObject({ displayName: 'New value' })
    const again = { ...(await begunFull(store)), server: 'dc1' }
    await store.connectorSpace.stageChunk(again, { batches: [[changed]], end: ended() })
    expect(await staged(newcomer.objectGuid)).toMatchObject({ deleted: true })
    expect(await staged(changed.objectGuid)).toMatchObject({ displayName: 'Old value' })
  })

  it('has nothing read again at a controller that may lag behind the one that was used before', async () => {
    const ada = user('Ada again')
    await usedController('dc1')
    await stage(store, [ada])
    const page = await begunFull(store)
    await stage(store, [delta(ada, { attributes: { displayName: ['newer'] } })])
    await store.connectorSpace.stageChunk(page, { batches: [[ada]], end: ended() })
    const at = async (server: string) =>
      (await store.connectorSpace.rereads(connector, { limit: 1_000, server })).guids
    expect(await at('dc1')).toContain(ada.objectGuid)
    expect(await at('dc2')).toEqual([])
  })

  it('gives the deltas its own cookie where they have none', async () => {
    await store.connectorSpace.dropCookie(key)
    const end = ended()
    await store.connectorSpace.stageChunk(await begunFull(store), { batches: [[]], end })
    expect((await store.connectorSpace.cookie(key))?.cookie).toEqual(end.to.cookie)
  })
})

describe('the chunks of a page', () => {
  it('show their objects at once, and what is deleted only at the end of the page', async () => {
    const [leaver, newcomer] = [user('Leaver'), user('Newcomer')]
    await stage(store, [leaver])
    const page = await deltaPage()
    const first = await store.connectorSpace.stageChunk(page, {
      batches: [[newcomer, delta(leaver, { state: 'deleted' })]]
    })
    expect(first).toMatchObject({ changed: [newcomer.objectGuid], gone: [leaver.objectGuid], ended: false })
    expect((await staged(leaver.objectGuid))?.deleted).toBe(false)
    const last = await store.connectorSpace.stageChunk(page, {
      batches: [[]],
      end: ended({ gone: first.gone })
    })
    expect(last).toMatchObject({ changed: [leaver.objectGuid], deleted: 1, ended: true })
  })

  it('change nothing twice when the page is repeated after a crash', async () => {
    const ada = user('Ada')
    const page = await deltaPage()
    expect((await store.connectorSpace.stageChunk(page, { batches: [[ada]] })).changed).toEqual([
      ada.objectGuid
    ])
    expect((await store.connectorSpace.stageChunk(page, { batches: [[ada]], end: ended() })).changed).toEqual(
      []
    )
  })

  it('refuse to end while an object is known only in part, unless told that nothing more can be read', async () => {
    const { objectClass: _unknown, ...stranger } = user('Stranger', { complete: false })
    const page = await deltaPage()
    const open = await store.connectorSpace.stageChunk(page, { batches: [[stranger]], end: ended() })
    expect(open).toMatchObject({ unread: [stranger.objectGuid], ended: false })
    const closed = await store.connectorSpace.stageChunk(page, {
      batches: [[stranger]],
      end: ended({ regardless: true })
    })
    expect(closed.ended).toBe(true)
    expect(await synchronise(store, [stranger.objectGuid])).toEqual([])
  })

  it('of a full import that somebody began again are refused', async () => {
    const page = await begunFull(store)
    await begunFull(store)
    await expect(store.connectorSpace.stageChunk(page, { batches: [[user('Late')]] })).rejects.toThrow(
      CookieConflictError
    )
  })
})

async function deltaPage(): Promise<ImportPage> {
  const expected = (await store.connectorSpace.cookie(key))?.cookie
  return { ...key, mode: 'delta', runId: randomUUID(), expected }
}

function byGuid(a: { guid: string }, b: { guid: string }): number {
  return a.guid < b.guid ? -1 : 1
}
