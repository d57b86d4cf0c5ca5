import {
  populate,
  type SambaDomain,
  startSambaDomain,
  startSystem,
  tenantReader,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { manyPeople } from '../support/many-people.ts'
import { atRest, countOf, openPostgres, runsOf, said, writes } from './look-inside.ts'

const people = 400
let domain: SambaDomain

beforeAll(async () => {
  domain = await startSambaDomain({ populate: files => populate(files, manyPeople(people)) })
})
afterAll(async () => {
  await domain[Symbol.asyncDispose]()
})

it('loses nothing when the importer dies in the middle of a page', async () => {
  await using system = await startSystem({ domain, services: ['transform', 'export'] })
  await using client = await openPostgres(system)
  await using locking = await openPostgres(system)
  // The page's objects are written, and its references wait for this lock: the middle of the page.
  await locking.query('begin; lock table staged_link in exclusive mode')
  const importer = await system.start('import')
  const inMidPage = "pg_stat_activity where wait_event_type = 'Lock' and query like '%staged_link%'"
  await waitFor(async () => (await countOf(client, inMidPage)) > 0, {
    describe: 'the importer to be in mid-page',
    timeoutMs: 30_000
  })
  await importer.kill9()
  await locking.query('rollback')
  await waitFor(async () => (await countOf(client, inMidPage)) === 0, {
    describe: 'its transaction to be gone'
  })
  expect(await countOf(client, 'staged_object')).toBe(0)
  expect(await countOf(client, 'cookie')).toBe(0)

  await system.start('import')
  expect(await agreement(domain, system.emulator.graph, 40_000)).toBe(people + 1)
})

it('writes nothing twice and loses nothing when the exporter dies in the middle of a batch', async () => {
  await using system = await startSystem({ domain, services: ['import', 'transform'] })
  await system.emulator.addFault({ pathContains: '$batch', delayMs: 60_000, carriedOut: true, times: 3 })
  const exporter = await system.start('export')
  await waitFor(async () => (await system.emulator.requests()).byOperation['POST /users'], {
    describe: 'users to be created whose answer has not come',
    timeoutMs: 20_000
  })
  await exporter.kill9()
  await system.emulator.clearFaults()

  await system.start('export')
  expect(await agreement(domain, system.emulator.graph, 40_000)).toBe(people + 1)
})

it('goes on by itself when Redis is emptied in the middle of a synchronisation', async () => {
  await using system = await startSystem({ domain, services: ['import'] })
  await using client = await openPostgres(system)
  await waitFor(async () => (await countOf(client, "staged_object where object_class = 'user'")) >= people, {
    describe: 'the people to be staged',
    timeoutMs: 20_000
  })
  // Every wake-up is gone before anybody saw it.
  await system.redis.flushAll()
  await system.start('transform')
  await system.start('export')
  await waitFor(async () => (await countOf(client, "export_state where entra_state = 'present'")) > 0, {
    describe: 'the first objects in the tenant',
    timeoutMs: 30_000,
    everyMs: 5
  })
  await system.redis.flushAll()
  expect(await agreement(domain, system.emulator.graph, 40_000)).toBe(people + 1)

  await using directory = await Directory.open(domain)
  await directory.addUser('After the flood')
  await agreement(domain, system.emulator.graph)
})

it('has a second importer stand by, and take over within 5 s when the first one dies', async () => {
  await using system = await startSystem({ domain })
  await using directory = await Directory.open(domain)
  using tenant = tenantReader(system.emulator.graph)
  await agreement(domain, system.emulator.graph, 40_000)
  const first = system.service('import')
  const second = await system.start('import')
  await waitFor(() => said(second, /^started$/).length > 0, { describe: 'the standby to start' })
  // Both are there, and one works.
  await atRest(system)
  await system.emulator.resetRequests()
  await directory.addUser('Seen by the first')
  await agreement(domain, system.emulator.graph)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'POST /users': 1 })
  expect(said(second, /^holds the lease|^imported/)).toEqual([])

  const killedAt = performance.now()
  await first.kill9()
  await directory.addUser('Seen by the second')
  const inTheTenant = async () =>
    (await tenant.users()).some(({ displayName }) => displayName === 'Seen by the second')
  await waitFor(inTheTenant, { describe: 'what happened after the death', timeoutMs: 20_000 })
  expect(performance.now() - killedAt).toBeLessThan(5_000)
  expect(said(second, /^holds the lease/)).toHaveLength(1)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'POST /users': 2 })
  expect(await runsOf(system, 'full')).toHaveLength(1)
})

it('changes over when an importer loses its lease and lives on, and nothing is imported twice', async () => {
  await using system = await startSystem({ domain })
  await using directory = await Directory.open(domain)
  await using client = await openPostgres(system)
  await agreement(domain, system.emulator.graph, 40_000)
  const first = system.service('import')
  const second = await system.start('import')
  const waiting = "pg_stat_activity where query like 'select pg_advisory_lock%' and wait_event_type = 'Lock'"
  await waitFor(async () => (await countOf(client, waiting)) === 1, { describe: 'the standby to wait' })
  await atRest(system)
  await system.emulator.resetRequests()

  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_advisory_lock%' and state = 'idle'"
  )
  await directory.addUser('Seen once')
  await agreement(domain, system.emulator.graph)
  expect(said(second, /^holds the lease/)).toHaveLength(1)
  expect(said(first, /^lost the lease/)).toHaveLength(1)
  // The first one waits for its turn again.
  await waitFor(async () => (await countOf(client, waiting)) === 1, { describe: 'the first one to stand by' })
  await second.kill9()
  await directory.addUser('Seen by the first again')
  await agreement(domain, system.emulator.graph)
  expect(said(first, /^holds the lease/)).toHaveLength(2)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'POST /users': 2 })
  expect(await runsOf(system, 'full')).toHaveLength(1)
})
