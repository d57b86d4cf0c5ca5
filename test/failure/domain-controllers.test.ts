import {
  joinDomainController,
  replicate,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  type TenantReader,
  tenantReader,
  waitFor
} from '@opendirsync/testing'
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { atRest, ended, openPostgres, request, runsOf, said, writes } from './look-inside.ts'

let started: AsyncDisposableStack | undefined
let dc1: SambaDomain
let dc2: SambaDomain
let system: System
let database: Client
let tenant: TenantReader
let ada: string
let fullImports: number

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  dc1 = stack.use(await startSambaDomain())
  dc2 = stack.use(await joinDomainController(dc1))
  system = stack.use(
    await startSystem({
      domain: dc1,
      environment: { AD_URL: `${dc1.url},${dc2.url}`, AD_SERVER_NAME: '', AD_POLL_SECONDS: '600' }
    })
  )
  database = stack.use(await openPostgres(system))
  tenant = stack.use(tenantReader(system.emulator.graph))
  await using directory = await Directory.open(dc1)
  ada = await directory.addUser('Ada', { title: 'at the first' })
  await directory.addGroup('Everybody', [ada])
  await agreement(dc1, system.emulator.graph, 60_000)
  started = stack.move()
}, 240_000)
afterAll(() => started?.disposeAsync())

beforeEach(async () => {
  await Promise.all([dc1.start(), dc2.start()])
  await inBoth()
  await atRest(system)
  await system.emulator.resetRequests()
  fullImports = (await runsOf(system, 'full')).length
})

/** Both controllers know the same. */
async function inBoth(): Promise<void> {
  await replicate(dc1, dc2)
  await replicate(dc2, dc1)
}

async function titleInTenant(name: string): Promise<unknown> {
  return (await tenant.users()).find(user => user.displayName === name)?.jobTitle
}

async function arrives(title: string, timeoutMs = 15_000): Promise<void> {
  await waitFor(async () => (await titleInTenant('Ada')) === title, {
    describe: `"${title}" to be in the tenant`,
    timeoutMs
  })
}

/** The controller that gave the newest cookie. */
async function serverOfCookie(): Promise<string | undefined> {
  const { rows } = await database.query<{ server: string }>('select server from cookie')
  return rows[0]?.server
}

async function inUse(): Promise<{ used: SambaDomain; other: SambaDomain }> {
  return (await serverOfCookie()) === dc1.serverName ? { used: dc1, other: dc2 } : { used: dc2, other: dc1 }
}

async function readsFrom({ serverName }: SambaDomain): Promise<void> {
  await waitFor(async () => (await serverOfCookie()) === serverName, {
    describe: `an import from ${serverName}`,
    timeoutMs: 20_000
  })
}

async function setTitle(controller: SambaDomain, title: string): Promise<void> {
  await using directory = await Directory.open(controller)
  await directory.set(ada, 'title', title)
}

it('goes on at the other controller within seconds, from the same cookie, when its own is killed', async () => {
  const { used, other } = await inUse()
  await used.kill9()
  await setTitle(other, 'after the death')
  await arrives('after the death')

  expect(await serverOfCookie()).toBe(other.serverName)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'PATCH /users/{id}': 1 })
  expect(await runsOf(system, 'full')).toHaveLength(fullImports)
  // What the other one reported was what had changed, and not everything that it has.
  expect((await runsOf(system, 'delta'))[0]?.counters.reported).toBeLessThan(10)
})

it('takes nothing back at a controller that is behind, and imports what it learns later once', async () => {
  const { used, other } = await inUse()
  await setTitle(used, 'told to nobody')
  await arrives('told to nobody')
  await used.kill9()
  await readsFrom(other)
  await atRest(system)
  expect(await titleInTenant('Ada')).toBe('told to nobody')

  await used.start()
  await using directory = await Directory.open(used)
  await directory.addUser('Late')
  await replicate(used, other)
  await agreement(other, system.emulator.graph, 30_000)
  await atRest(system)
  expect(await serverOfCookie()).toBe(other.serverName)
  expect(await writes(system)).toEqual({ 'PATCH /users/{id}': 1, 'POST /users': 1 })
  expect(await runsOf(system, 'full')).toHaveLength(fullImports)
})

it('imports what was changed on a controller just before it died, when that one is back', async () => {
  await system.service('import').stop()
  await setTitle(dc1, 'unseen')
  await dc1.kill9()
  await system.start('import')
  await readsFrom(dc2)
  await using directory = await Directory.open(dc2)
  await directory.addUser('Meanwhile')
  await waitFor(async () => (await tenant.users()).some(user => user.displayName === 'Meanwhile'), {
    describe: 'the user of the second controller',
    timeoutMs: 15_000
  })
  expect(await titleInTenant('Ada')).not.toBe('unseen')

  await dc1.start()
  await replicate(dc1, dc2)
  await arrives('unseen')
  await atRest(system)
  expect(await writes(system)).toEqual({ 'PATCH /users/{id}': 1, 'POST /users': 1 })
  expect(await runsOf(system, 'full')).toHaveLength(fullImports)
})

it('leaves a controller that has stopped to answer', async () => {
  const { used, other } = await inUse()
  used.freeze()
  onTestFinished(() => used.thaw())
  const frozenAt = performance.now()
  await setTitle(other, 'left behind')
  await arrives('left behind', 25_000)
  // It looks every 5 s and waits 5 s for the answer; the rest is the way into the tenant on a busy machine.
  expect(performance.now() - frozenAt).toBeLessThan(20_000)
  expect(await serverOfCookie()).toBe(other.serverName)
  expect(said(system.service('import'), /is slow/)).not.toEqual([])
  await atRest(system)
  expect(await writes(system)).toEqual({ 'PATCH /users/{id}': 1 })
})

it('leaves a controller that stops to answer in the middle of an import', async () => {
  const { used, other } = await inUse()
  used.freeze()
  onTestFinished(() => used.thaw())
  await request(system, 'delta')
  await setTitle(other, 'left in the middle')
  // 10 s for the import, and 5 s for the attempt to connect once more.
  await arrives('left in the middle', 30_000)
  expect(await serverOfCookie()).toBe(other.serverName)
  await atRest(system)
  expect(await writes(system)).toEqual({ 'PATCH /users/{id}': 1 })
})

it('makes a full import at whichever controller is there', async () => {
  const { used } = await inUse()
  await used.kill9()
  const id = await request(system, 'full')
  const run = await ended(system, id)
  expect(run).toMatchObject({ state: 'completed', counters: { staged: 0, deleted: 0 } })
  expect(run.counters.reported).toBeGreaterThan(20)
  await atRest(system)
  expect(await writes(system)).toEqual({})
})
