import type { DirectoryConnection } from '@opendirsync/active-directory'
import { restoreDeleted } from '@opendirsync/active-directory'
import type { Replication } from '@opendirsync/drsr'
import { connectReplication } from '@opendirsync/drsr'
import { joinDomainController, replicate } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  administrate,
  type ReplicationFixture,
  readAll,
  setPassword,
  setValue,
  startReplicationFixture
} from './replication-fixture.ts'

let fixture: ReplicationFixture
let replication: Replication & AsyncDisposable
let directory: DirectoryConnection
let cursor: string

beforeAll(async () => {
  const names = ['anna', 'bert', 'carl', 'dora', 'emil', 'fred']
  fixture = await startReplicationFixture(names.map(name => ({ name, password: `${name}.Pass.1` })))
  directory = await administrate(fixture.domain)
  replication = await fixture.connect()
})

// What earlier tests did is read before each, so that they stand in no order.
beforeEach(async () => {
  cursor = (await readAll(replication, fixture)).cursor
})

afterAll(async () => {
  await replication?.[Symbol.asyncDispose]()
  await directory?.[Symbol.asyncDispose]()
  await fixture?.[Symbol.asyncDispose]()
})

const dnOf = (name: string) => `CN=${name},OU=Staff,${fixture.domain.baseDn}`
const changed = () => readAll(replication, fixture, cursor)

it('nothing comes when nothing has changed', async () => {
  const first = await changed()
  expect(first).toEqual({ objects: [], cursor, restarted: false })
})

it('a changed password comes alone', async () => {
  const before = await replication.object({ dn: dnOf('anna') })
  await setPassword(directory, dnOf('anna'), 'Pa$$w0rd')
  const { objects, cursor: next } = await changed()
  expect(objects).toHaveLength(1)
  expect(objects[0]).toMatchObject({ dn: dnOf('anna'), objectGuid: before?.objectGuid, sid: before?.sid })
  expect(objects[0]?.ntHash?.toString('hex')).toBe('92937945b518814341de3f726500d4ff')
  expect(objects[0]?.passwordVersion).toBe((before?.passwordVersion ?? 0) + 1)
  expect(objects[0]).not.toHaveProperty('userAccountControl')
  expect((await readAll(replication, fixture, next)).objects).toEqual([])
})

it('of ten passwords in a row the last one counts', async () => {
  for (let number = 1; number < 10; number++)
    await setPassword(directory, dnOf('bert'), `Bert.Pass.${number}`)
  await setPassword(directory, dnOf('bert'), 'password')
  const { objects } = await changed()
  expect(objects.map(({ ntHash }) => ntHash?.toString('hex'))).toEqual(['8846f7eaee8fb117ad06bdd830b7586c'])
})

it('a disabled account comes without its password, which has not changed', async () => {
  await setValue(directory, dnOf('carl'), 'userAccountControl', String(0x200 + 0x2))
  const { objects } = await changed()
  expect(objects).toHaveLength(1)
  expect(objects[0]).toMatchObject({ dn: dnOf('carl'), userAccountControl: 0x202 })
  expect(objects[0]).not.toHaveProperty('ntHash')
})

it('a password that must be changed comes as such', async () => {
  await setValue(directory, dnOf('carl'), 'pwdLastSet', '0')
  expect((await changed()).objects).toMatchObject([{ dn: dnOf('carl'), pwdLastSet: 0n }])
})

it('what we ask for and is cleared is null', async () => {
  await setValue(directory, dnOf('carl'), 'adminDescription', 'PHSFiltered')
  const set = await changed()
  expect(set.objects).toMatchObject([{ adminDescription: 'PHSFiltered' }])
  await directory.modify(dnOf('carl'), [{ operation: 'delete', attribute: 'adminDescription', values: [] }])
  expect((await readAll(replication, fixture, set.cursor)).objects).toMatchObject([
    { adminDescription: null }
  ])
})

it('a renamed person comes with the new name', async () => {
  const before = await replication.object({ dn: dnOf('dora') })
  await directory.rename(dnOf('dora'), 'CN=dora renamed')
  const { objects } = await changed()
  expect(objects).toHaveLength(1)
  expect(objects[0]).toMatchObject({
    dn: dnOf('dora renamed'),
    objectGuid: before?.objectGuid,
    deleted: false
  })
})

it('a deleted person comes as deleted and without a password, a restored one alive', async () => {
  const before = await replication.object({ dn: dnOf('emil') })
  await directory.delete(dnOf('emil'))
  const gone = await changed()
  const emil = gone.objects.find(({ objectGuid }) => objectGuid === before?.objectGuid)
  expect(emil).toMatchObject({ deleted: true, sid: before?.sid })
  expect(emil).not.toHaveProperty('ntHash')
  await restoreDeleted(directory, before?.objectGuid ?? '', dnOf('emil'))
  const back = await readAll(replication, fixture, gone.cursor)
  expect(back.objects).toContainEqual(
    expect.objectContaining({ objectGuid: before?.objectGuid, deleted: false, dn: dnOf('emil') })
  )
})

it('a change that is not asked for brings nothing', async () => {
  await setValue(directory, dnOf('fred'), 'displayName', 'Fred')
  expect((await changed()).objects).toEqual([])
})

it('another controller goes on from the cursor, and tells only what is new', async () => {
  const { domain, reader } = fixture
  await using second = await joinDomainController(domain)
  const start = (await readAll(replication, fixture)).cursor
  await setPassword(directory, dnOf('fred'), 'Pa$$w0rd')
  await replicate(domain, second)
  const { host, serverName } = second
  await using other = await connectReplication({ controller: { host }, account: reader('both'), serverName })
  const { objects, restarted, cursor: next } = await readAll(other, fixture, start)
  expect(restarted).toBe(true)
  const hashes = objects.flatMap(({ dn, ntHash }) =>
    ntHash === undefined ? [] : [[dn, ntHash.toString('hex')]]
  )
  expect(hashes).toEqual([[dnOf('fred'), '92937945b518814341de3f726500d4ff']])
  expect(await readAll(other, fixture, next)).toMatchObject({ objects: [], restarted: false })
})
