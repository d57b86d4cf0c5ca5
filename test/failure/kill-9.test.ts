import {
  populate,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { manyPeople } from '../support/many-people.ts'

const people = 400
let domain: SambaDomain

beforeAll(async () => {
  domain = await startSambaDomain({ populate: files => populate(files, manyPeople(people)) })
})
afterAll(async () => {
  await domain[Symbol.asyncDispose]()
})

async function postgres(system: System): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: system.postgres.url })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

async function countOf(client: Client, query: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${query}`)
  return rows[0]?.count ?? 0
}

it('loses nothing when the importer dies in the middle of a page', async () => {
  await using system = await startSystem({ domain, services: ['transform', 'export'] })
  await using client = await postgres(system)
  await using locking = await postgres(system)
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
  await using client = await postgres(system)
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

it('has a second importer stand by, and take over when the first one dies', async () => {
  await using system = await startSystem({ domain })
  await agreement(domain, system.emulator.graph, 40_000)
  const first = system.service('import')
  const second = await system.start('import')
  await waitFor(() => second.log().some(line => line.msg === 'started'), { describe: 'the standby to start' })
  expect(second.log().some(line => line.msg?.startsWith('holds the lease'))).toBe(false)

  await first.kill9()
  await using directory = await Directory.open(domain)
  await directory.addUser('Seen by the second')
  await agreement(domain, system.emulator.graph)
  expect(second.log().some(line => line.msg?.startsWith('holds the lease'))).toBe(true)
})
