import { randomUUID } from 'node:crypto'
import type { DirectoryChange } from '@opendirsync/contracts'
import type { Store } from '@opendirsync/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connector, group, namingContext, type StoreFixture, stage, storeFixture, user } from './fixtures.ts'
import { begunFull, delta, ended, key } from './full-import-pages.ts'

let fixture: StoreFixture
let store: Store
beforeAll(async () => {
  fixture = await storeFixture()
  store = fixture.store
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  await stage(store, [], { mode: 'full', acceptVanished: true })
  await store.connectorSpace.dropFullImport(key)
})

async function isDeleted({ objectGuid }: DirectoryChange): Promise<boolean | undefined> {
  const [row] = await fixture.query<{ deleted: boolean }>(
    'select deleted from staged_object where object_guid = $1',
    [objectGuid]
  )
  return row?.deleted
}

async function membersOf({ objectGuid }: DirectoryChange): Promise<string[]> {
  const rows = await fixture.query<{ guid: string }>(
    'select target_guid as guid from staged_link where source_guid = $1 and present',
    [objectGuid]
  )
  return rows.map(({ guid }) => guid)
}

async function toBeRead(): Promise<readonly string[]> {
  return (await store.connectorSpace.rereads(connector, { limit: 1_000, server: 'dc1' })).guids
}

describe('a full import beside deltas', () => {
  it('does not delete at the end of a page who was restored since it was told as deleted', async () => {
    const ada = user('Ada')
    await stage(store, [ada])
    const page = await begunFull(store)
    const { gone } = await store.connectorSpace.stageChunk(page, {
      batches: [[delta(ada, { state: 'deleted' })]]
    })
    expect(gone).toEqual([ada.objectGuid])
    await stage(store, [delta(ada, { state: 'deleted' })])
    await stage(store, [delta(ada, { state: 'restored' })])
    const end = await store.connectorSpace.stageChunk(page, { batches: [[]], end: ended({ gone }) })
    expect(end.deleted).toBe(0)
    expect(await isDeleted(ada)).toBe(false)
  })

  it('does not give a membership back that a delete and a restore have cost since it began to read', async () => {
    const ada = user('Ada')
    const team = group('Team', [ada.objectGuid])
    await stage(store, [ada, team])
    const page = await begunFull(store)
    await stage(store, [delta(ada, { state: 'restored' })])
    expect(await membersOf(team)).toEqual([])
    await store.connectorSpace.stageChunk(page, { batches: [[ada, team]], end: ended() })
    expect(await membersOf(team)).toEqual([])
    expect(await toBeRead()).toContain(team.objectGuid)
  })

  it('has a group read again whose lost member it could not take away, since a delta touched the group', async () => {
    const [left, stays] = [user('Left'), user('Stays')]
    const team = group('Team', [left.objectGuid, stays.objectGuid])
    await stage(store, [left, stays, team])
    const page = await begunFull(store)
    const seen = {
      ...team,
      links: [{ attribute: 'member' as const, added: [stays.objectGuid], removed: [] }]
    }
    await store.connectorSpace.stageChunk(page, { batches: [[left, stays, seen]] })
    await stage(store, [delta(team, { attributes: { displayName: ['Touched'] } })])
    await store.connectorSpace.stageChunk(page, { batches: [[]], end: ended() })
    const members = await membersOf(team)
    if (members.includes(left.objectGuid)) expect(await toBeRead()).toContain(team.objectGuid)
    else expect(members).toEqual([stays.objectGuid])
  })
})

describe('a page', () => {
  it('ends although containers that have changed places look for a moment as if each were below the other', async () => {
    const top = user('Top', { objectClass: 'organizationalUnit', dn: `OU=Top,${namingContext}` })
    const low = user('Low', {
      objectClass: 'organizationalUnit',
      dn: `OU=Low,${top.dn}`,
      parentGuid: top.objectGuid
    })
    const ada = user('Ada', { dn: `CN=Ada,${low.dn}`, parentGuid: low.objectGuid })
    await stage(store, [top, low, ada])
    const root = randomUUID()
    const lowAbove = delta(low, { dn: `OU=Low,${namingContext}`, parentGuid: root })
    const topBelow = delta(top, { dn: `OU=Top,${lowAbove.dn}`, parentGuid: low.objectGuid })
    // Below what has not moved yet.
    await stage(store, [topBelow])
    await stage(store, [lowAbove])
    const rows = await fixture.query<{ dn: string }>('select dn from staged_object where object_guid = $1', [
      ada.objectGuid
    ])
    expect(rows).toEqual([{ dn: `CN=Ada,OU=Low,${namingContext}` }])
  }, 10_000)
})

describe('a file that takes the place of one that waits', () => {
  const handIn = async (name: string, acceptVanished: boolean) => {
    const upload = { connector: name, fileName: `${randomUUID()}.csv`, maxBytes: 1_000 }
    const { id: uploadId } = await store.csvUploads.keep(upload, content('id\n'))
    const run = await store.runs.request({
      connector: name,
      mode: 'full',
      trigger: 'api:test',
      reason: upload.fileName,
      acceptVanished,
      uploadId
    })
    return { uploadId, run, fileName: upload.fileName }
  }

  it('is not allowed to delete so many because the other one was', async () => {
    const name = randomUUID()
    await handIn(name, true)
    const { fileName, uploadId } = await handIn(name, false)
    const taken = await store.runs.takeQueued(name, 'full')
    expect(taken).toMatchObject({ uploadId, acceptVanished: false, reason: fileName })
  })

  it('leaves nothing of the other one behind', async () => {
    const name = randomUUID()
    const [first, second] = [await handIn(name, false), await handIn(name, false)]
    await store.csvUploads.forgetUnused(name, 3_600)
    expect(await store.csvUploads.fileName(first.uploadId)).toBe(first.fileName)
    await store.csvUploads.forgetUnused(name, 0)
    expect(await store.csvUploads.fileName(first.uploadId)).toBeUndefined()
    expect(await store.csvUploads.fileName(second.uploadId)).toBe(second.fileName)
  })

  it('is never read in part for the whole', async () => {
    const { uploadId } = await handIn(randomUUID(), false)
    const reading = store.csvUploads.read(uploadId)
    expect((await reading.next()).done).toBe(false)
    await store.csvUploads.forget(uploadId)
    await expect(reading.next()).rejects.toThrow('taken away')
  })
})

describe('a connector', () => {
  it('does not become one of another kind once it has imported, so that nothing looks vanished', async () => {
    await expect(store.connectors.register(connector, 'csv', 'csv:corp')).rejects.toThrow('another kind')
    expect(await store.connectors.get(connector)).toMatchObject({ kind: 'active-directory', namingContext })
  })
})

async function* content(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
