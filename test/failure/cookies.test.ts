import { connectDirectory, encodePassword } from '@opendirsync/active-directory'
import type { Run } from '@opendirsync/contracts'
import {
  type SambaDomain,
  type Service,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { atRest, countOf, ended, openPostgres, request, runsOf, said, writes } from './look-inside.ts'

const people = 30
const plain = { name: 'CN=Plain Account,CN=Users', password: 'Plain-Account-1' }
let started: AsyncDisposableStack | undefined
let domain: SambaDomain
let otherDomain: SambaDomain
let system: System
let database: Client
let directory: Directory

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  const [one, other] = await Promise.all([
    startSambaDomain().then(running => stack.use(running)),
    startSambaDomain({ realm: 'branch.example.test', netbios: 'BRANCH' }).then(running => stack.use(running))
  ])
  domain = one
  otherDomain = other
  system = stack.use(
    await startSystem({
      domain,
      services: ['transform', 'export', 'api'],
      environment: { AD_CONNECTOR: 'corp', AD_POLL_SECONDS: '600' }
    })
  )
  database = stack.use(await openPostgres(system))
  directory = stack.use(await Directory.open(domain))
  const names = Array.from({ length: people }, (_unused, number) => `Person ${number}`)
  const dns = await Promise.all(names.map(name => directory.addUser(name)))
  await directory.addGroup('Everybody', dns)
  await addPlainAccount()
  await system.start('import')
  await agreement(domain, system.emulator.graph, 60_000)
  started = stack.move()
}, 240_000)
afterAll(() => started?.disposeAsync())

beforeEach(async () => {
  await atRest(system)
  await system.emulator.resetRequests()
})

/** An account that may do what everybody may. */
async function addPlainAccount(): Promise<void> {
  await using connection = await connectDirectory(domain)
  await connection.add(`${plain.name},${domain.baseDn}`, {
    objectClass: 'user',
    sAMAccountName: 'plain',
    userAccountControl: '512',
    adminDescription: 'User_not for the tenant',
    unicodePwd: encodePassword(plain.password)
  })
}

/** The importer is another process from then on. */
async function restart(environment: Readonly<Record<string, string>> = {}): Promise<Service> {
  await system.service('import').stop()
  return system.start('import', environment)
}

/** Waits for a full import that gives a reason, and sees that it took nothing away. */
async function fullImportBecause(reason: RegExp): Promise<Run> {
  const run = await waitFor(
    async () => {
      const [newest] = await runsOf(system, 'full')
      return newest !== undefined && reason.test(newest.reason ?? '') && newest
    },
    { describe: `a full import because of ${reason}`, timeoutMs: 20_000 }
  )
  const complete = await ended(system, run.id)
  expect(complete).toMatchObject({
    state: 'completed',
    trigger: 'recovery',
    counters: { deleted: 0 }
  })
  expect(complete.counters.reported).toBeGreaterThan(people)
  await atRest(system)
  return complete
}

/** Shows that delta imports go on: a new user arrives, and no full import was needed for it. */
async function deltasGoOn(name: string): Promise<void> {
  const before = (await runsOf(system, 'full')).length
  await directory.addUser(name)
  await agreement(domain, system.emulator.graph, 30_000)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'POST /users': 1 })
  expect(await runsOf(system, 'full')).toHaveLength(before)
}

it('makes a full import when the controller does not take the cookie, and says so', async () => {
  await database.query("update cookie set cookie = '\\x4d5344530000'")
  const refused = await ended(system, await request(system, 'delta'))
  expect(refused).toMatchObject({ mode: 'delta', state: 'failed' })
  expect(refused.error).toMatch(/does not continue .* from this cookie/)

  await fullImportBecause(/does not continue DC=corp,DC=example,DC=test from this cookie \(12 /)
  expect(await writes(system)).toEqual({})
  expect(said(system.service('import'), /from this cookie.*A full import was requested/)).toHaveLength(1)
  await deltasGoOn('After the refused cookie')
})

it('makes a full import beside when the controller was restored, and goes on from the same cookie', async () => {
  await system.service('import').stop()
  const deltas = (await runsOf(system, 'delta')).length
  await database.query('update domain_controller set invocation_id = gen_random_uuid()')
  // What happens meanwhile comes by a delta import, whatever the full import takes.
  await directory.addUser('While nobody looked')
  const importer = await system.start('import')
  await fullImportBecause(/another identity than before/)
  expect(said(importer, /another identity than before.*A full import was requested/)).toHaveLength(1)
  const all = await runsOf(system, 'delta')
  const since = all.slice(0, all.length - deltas)
  expect(since).not.toEqual([])
  for (const { state, counters } of since) {
    expect(state).toBe('completed')
    expect(counters.reported).toBeLessThan(people)
  }
  await agreement(domain, system.emulator.graph, 30_000)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'POST /users': 1 })
  await system.emulator.resetRequests()
  await deltasGoOn('After the restore')
})

it('makes a full import when the controller was rolled back, and tells what to do', async () => {
  await system.service('import').stop()
  await database.query('update domain_controller set highest_usn = highest_usn + 1000000')
  const importer = await system.start('import')
  await fullImportBecause(/USN rollback.*Demote it and promote it again/)
  expect(await writes(system)).toEqual({})
  expect(said(importer, /USN rollback.*A full import was requested/)).toHaveLength(1)
  await deltasGoOn('After the rollback')
})

it('goes on by itself when the cookie is gone', async () => {
  await system.service('import').stop()
  await database.query('delete from cookie')
  await system.start('import')
  await fullImportBecause(/no position to go on from/)
  expect(await writes(system)).toEqual({})
  await deltasGoOn('After the lost cookie')
})

it('does not import another domain over what is there', async () => {
  const objects = await countOf(database, 'staged_object where not deleted')
  await system.service('import').stop()
  const { url, bindDn, password, caFile, serverName } = otherDomain
  const importer = await system.start('import', {
    AD_URL: url,
    AD_BIND_DN: bindDn,
    AD_PASSWORD: password,
    AD_CA_FILE: caFile,
    AD_SERVER_NAME: serverName
  })
  const id = await request(system, 'full')
  const [complaint] = await waitFor(
    () => {
      const lines = importer.log().filter(line => line.code === 'ad-other-domain')
      return lines.length > 0 && lines
    },
    { describe: 'the importer to refuse the other domain', timeoutMs: 20_000 }
  )
  expect(complaint?.msg).toMatch(/corp has imported DC=corp,DC=example,DC=test, and .* serves DC=branch,/)
  await expect(importer.ready(1)).rejects.toThrow('503')
  expect(await countOf(database, 'staged_object where not deleted')).toBe(objects)
  expect(await countOf(database, "staged_object where dn ilike '%DC=branch,%'")).toBe(0)

  // What was asked for waits for the right domain.
  await restart()
  expect(await ended(system, id)).toMatchObject({ state: 'completed', counters: { deleted: 0 } })
  await atRest(system)
  expect(await writes(system)).toEqual({})
  await deltasGoOn('After the other domain')
})

it('tells an account without the right to replicate which right it lacks', async () => {
  onTestFinished(async () => void (await restart()))
  await system.service('import').stop()
  const id = await request(system, 'delta')
  await system.start('import', { AD_BIND_DN: `${plain.name},${domain.baseDn}`, AD_PASSWORD: plain.password })
  const run = await ended(system, id)
  expect(run).toMatchObject({ state: 'failed' })
  expect(run.error).toMatch(/grant the service account "Replicating Directory Changes"/)
  expect(said(system.service('import'), /"Replicating Directory Changes"/)).not.toEqual([])
})

it('imports what such an account may read, with object security', async () => {
  onTestFinished(async () => void (await restart()))
  const importer = await restart({
    AD_BIND_DN: `${plain.name},${domain.baseDn}`,
    AD_PASSWORD: plain.password,
    AD_OBJECT_SECURITY: 'true'
  })
  const run = await ended(system, await request(system, 'full'))
  expect(run.state).toBe('completed')
  expect(run.counters.reported).toBeGreaterThan(people)
  // Samba 4.17 hides some of its own foreign security principals from it, but nobody who is in the tenant.
  expect(await countOf(database, "staged_object where deleted and object_class in ('user', 'group')")).toBe(0)
  await atRest(system)
  expect(await writes(system)).toEqual({})
  await deltasGoOn('Seen by everybody')
  expect(said(importer, /cannot read deleted objects.*each night/)).toHaveLength(1)
})
