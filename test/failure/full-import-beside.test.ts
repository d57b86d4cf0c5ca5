import {
  populate,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  type TenantReader,
  tenantReader,
  waitFor
} from '@opendirsync/testing'
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { manyPeople } from '../support/many-people.ts'
import { atRest, countOf, ended, openPostgres, request, runsOf, writes } from './look-inside.ts'

/** Three chunks of a page, so that a full import has something before and something after its first. */
const people = 1_200
/** The advisory lock by which a test holds a full import. */
const gate = 4711

let started: AsyncDisposableStack | undefined
let domain: SambaDomain
let system: System
let database: Client
let directory: Directory
let tenant: TenantReader

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  domain = stack.use(await startSambaDomain({ populate: files => populate(files, manyPeople(people)) }))
  system = stack.use(await startSystem({ domain, environment: { AD_POLL_SECONDS: '600' } }))
  database = stack.use(await openPostgres(system))
  directory = stack.use(await Directory.open(domain))
  tenant = stack.use(tenantReader(system.emulator.graph))
  await agreement(domain, system.emulator.graph, 100_000)
  await layGate(database)
  started = stack.move()
}, 300_000)
afterAll(() => started?.disposeAsync())

beforeEach(async () => {
  await atRest(system)
  await system.emulator.resetRequests()
})

/** A full import that has staged something waits here, outside its transactions, for as long as the gate is held. */
async function layGate(client: Client): Promise<void> {
  await client.query(`
    create function wait_at_gate() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(${gate}); return new; end $$;
    create trigger gate before update of reported on run for each row
      when (new.mode = 'full') execute function wait_at_gate()`)
}

async function closeGate(): Promise<AsyncDisposable> {
  const holder = await openPostgres(system)
  await holder.query(`select pg_advisory_lock(${gate})`)
  return holder
}

const atGate = `pg_locks where locktype = 'advisory' and objid = ${gate} and not granted`

async function waitAtGate(): Promise<void> {
  await waitFor(async () => (await countOf(database, atGate)) > 0, {
    describe: 'the full import to have staged its first chunk',
    timeoutMs: 30_000
  })
}

/** Whom the full import that waits at the gate has read, and whom not. */
async function peopleByProgress(): Promise<{ read: string[]; unread: string[] }> {
  const { rows } = await database.query<{ dn: string; read: boolean }>(`
    select s.dn, s.generation = c.generation as read from staged_object s join connector c on c.name = s.connector
    where s.object_class = 'user' and s.dn like 'CN=Person %' and not s.deleted order by s.object_guid`)
  const names = (read: boolean) => rows.filter(row => row.read === read).map(row => row.dn)
  return { read: names(true), unread: names(false) }
}

function take(dns: string[]): string {
  const dn = dns.pop()
  if (dn === undefined) throw new Error('there are too few people')
  return dn
}

const nameOf = (dn: string) => dn.slice('CN='.length, dn.indexOf(','))

/** The tenant's people by name, each with the title. */
async function titles(): Promise<ReadonlyMap<string, unknown>> {
  return new Map((await tenant.users()).map(user => [String(user.displayName), user.jobTitle]))
}

it('does not hold up what changes meanwhile, nor take it back', async () => {
  const everybody = `CN=Everybody of many,OU=Many,${domain.baseDn}`
  const group = (await tenant.groups()).find(each => each.displayName === 'Everybody of many')
  const members = async () => (await tenant.members(group?.id ?? '')).length
  const membersBefore = await members()
  const holder = await closeGate()
  const id = await request(system, 'full')
  await waitAtGate()
  const { read, unread } = await peopleByProgress()
  const changed = [take(read), take(unread)]
  const deleted = [take(read), take(unread)]
  const leaving = [take(read), take(unread)]
  for (const dn of changed) await directory.set(dn, 'title', 'meanwhile')
  for (const dn of deleted) await directory.delete(dn)
  await directory.removeMember(everybody, ...leaving)
  const newcomer = await directory.addUser('Newcomer')
  await directory.addMember(everybody, newcomer)

  await waitFor(
    async () => {
      const seen = await titles()
      const all = changed.every(dn => seen.get(nameOf(dn)) === 'meanwhile') && seen.has('Newcomer')
      return all && deleted.every(dn => !seen.has(nameOf(dn)))
    },
    { describe: 'the changes to be in the tenant before the full import has ended', timeoutMs: 20_000 }
  )
  await waitFor(async () => (await members()) === membersBefore - 3, {
    describe: 'the members to be right',
    timeoutMs: 20_000
  })
  expect((await system.call('GET', `/v1/runs/${id}`)).body).toMatchObject({ state: 'running' })

  await holder[Symbol.asyncDispose]()
  const run = await ended(system, id)
  expect(run).toMatchObject({ state: 'completed', counters: { deleted: 0 } })
  expect(run.counters.reported).toBeGreaterThan(people)
  await waitFor(async () => (await countOf(database, 'reread')) === 0, { describe: 'nothing to be in doubt' })
  await agreement(domain, system.emulator.graph, 30_000)
  await atRest(system)
  expect(await writes(system)).toEqual({
    'PATCH /users/{id}': 2,
    'DELETE /users/{id}': 2,
    'POST /users': 1,
    'POST /groups/{id}/members/$ref': 1,
    'DELETE /groups/{id}/members/{id}/$ref': 2
  })
})

it('is gone on with by another importer when the first one dies in the middle', async () => {
  const holder = await closeGate()
  const id = await request(system, 'full')
  await waitAtGate()
  const { read, unread } = await peopleByProgress()
  const changed = [take(read), take(unread)]
  const deleted = take(unread)
  await system.service('import').kill9()
  await holder[Symbol.asyncDispose]()
  await waitFor(async () => (await countOf(database, atGate)) === 0, { describe: 'its session to end' })
  expect(await countOf(database, 'full_import')).toBe(1)

  for (const dn of changed) await directory.set(dn, 'title', 'while nobody looked')
  await directory.delete(deleted)
  await directory.addUser('Unwitnessed')
  await system.start('import')
  await agreement(domain, system.emulator.graph, 40_000)
  const second = await waitFor(
    async () =>
      (await runsOf(system, 'full')).find(
        run => run.id !== id && run.state === 'completed' && /broken off/.test(run.reason ?? '')
      ),
    {
      describe: 'a full import that goes on with the first one',
      timeoutMs: 30_000
    }
  )
  expect(second).toMatchObject({ trigger: 'recovery', counters: { deleted: 0 } })
  expect(await ended(system, id)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('stopped')
  })
  expect(await countOf(database, 'full_import')).toBe(0)
  await waitFor(async () => (await countOf(database, 'reread')) === 0, { describe: 'nothing to be in doubt' })
  await atRest(system)
  expect(await writes(system)).toEqual({ 'PATCH /users/{id}': 2, 'DELETE /users/{id}': 1, 'POST /users': 1 })
})

it('is gone on with after the importer was stopped in order', async () => {
  const holder = await closeGate()
  const id = await request(system, 'full')
  await waitAtGate()
  const stopped = system.service('import').stop()
  await holder[Symbol.asyncDispose]()
  expect(await stopped).toMatchObject({ code: 0 })
  expect(await ended(system, id)).toMatchObject({ state: 'failed', error: 'Stopped by SIGTERM.' })
  await system.start('import')
  await waitFor(async () => (await countOf(database, 'full_import')) === 0, {
    describe: 'the full import to be done',
    timeoutMs: 30_000
  })
  const [newest] = await runsOf(system, 'full')
  expect(newest).toMatchObject({ trigger: 'recovery', counters: { staged: 0, deleted: 0 } })
  await atRest(system)
  expect(await writes(system)).toEqual({})
})
