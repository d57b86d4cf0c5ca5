import {
  company,
  populate,
  type SambaDomain,
  type Service,
  type System,
  type SystemSummary,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { guidOf } from '../support/guid-of.ts'
import { patience, type View, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let directory: Directory
let exporters: Service[]

beforeAll(async () => {
  domain = await startSambaDomain({
    populate: files => populate(files, company({ users: 120, dirt: false }))
  })
  stack.use(domain)
  directory = stack.use(await Directory.open(domain))
  system = stack.use(await startSystem({ domain, services: ['api', 'transform'] }))
  view = stack.use(viewOf(system))
  exporters = [stack.use(await system.start('export')), stack.use(await system.start('export'))]
  await Promise.all(exporters.map(exporter => exporter.ready()))
})
afterAll(() => stack.disposeAsync())

interface PendingItem {
  readonly objectGuid: string
  readonly operation: string
  readonly objectType: string
  readonly changes: readonly { readonly attribute: string; readonly after: unknown }[]
  readonly references: readonly { attribute: string; operation: string; count: number }[]
}
interface Staging {
  readonly mode: string
  readonly exporters: readonly { readonly mode: string; readonly processId: number }[]
}

async function switchTo(mode: 'export' | 'staging', waitSeconds = 60): Promise<void> {
  const { status, body } = await view.call('PUT', '/v1/staging', { mode, reason: 'A test', waitSeconds })
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body).toMatchObject({ mode, by: 'system' })
}

async function pendingExports(): Promise<PendingItem[]> {
  const all: PendingItem[] = []
  let after = ''
  do {
    const { body } = await view.call('GET', `/v1/pending-exports?limit=50${after}`)
    const { items, next } = body as { items: PendingItem[]; next?: string }
    all.push(...items)
    after = next === undefined ? '' : `&after=${next}`
  } while (after !== '')
  return all
}

const count = (items: readonly PendingItem[], operation: string, objectType: string) =>
  items.filter(item => item.operation === operation && item.objectType === objectType).length

const references = (items: readonly PendingItem[], wanted: string) =>
  items
    .flatMap(item => item.references)
    .reduce(
      (sum, { attribute, operation, count: each }) =>
        sum + (attribute === wanted && operation === 'add' ? each : 0),
      0
    )

const writes = async () => (await system.emulator.requests()).writes

/** Waits until nothing is to be synchronised, and so much is to be written. */
async function untilPending(enough: (summary: SystemSummary) => boolean): Promise<void> {
  await waitFor(
    async () => {
      const summary = (await view.call('GET', '/v1/summary')).body as SystemSummary
      return summary.pendingSynchronisation === 0 && enough(summary)
    },
    { ...patience, describe: 'everything to be synchronised' }
  )
}

/** A change of the directory comes as far as it can, and nothing is written of it. */
async function changeIsHeld(dn: string, title: string, before: number): Promise<void> {
  const objectGuid = await guidOf(domain, dn)
  await directory.set(dn, 'title', title)
  await waitFor(
    async () =>
      (await pendingExports()).some(
        item => item.objectGuid === objectGuid && item.changes.some(({ after }) => after === title)
      ),
    { ...patience, describe: 'the change to be pending' }
  )
  await waitFor(
    async () => {
      const { body } = await view.call('GET', '/v1/staging')
      const modes = new Map((body as Staging).exporters.map(({ processId, mode }) => [processId, mode]))
      return exporters.every(({ pid }) => modes.get(pid) === 'staging')
    },
    { ...patience, describe: 'every exporter to say that it is in staging mode' }
  )
  expect(await writes()).toBe(before)
}

it('writes nothing in staging mode, tells what it would write, and writes that when staging mode is left', {
  timeout: 180_000
}, async () => {
  await switchTo('staging')
  await system.start('import')
  await waitFor(
    async () =>
      (await view.runs(domain.dnsName)).some(({ mode, state }) => mode === 'full' && state === 'completed'),
    { ...patience, describe: 'the first full import' }
  )
  await untilPending(({ pendingExports: objects }) => objects > 120)
  const dn = await directory.addUser('Early bird')
  await untilPending(({ stagedObjects }) => stagedObjects.user !== undefined)
  await changeIsHeld(dn, 'Held', 0)
  expect(await view.tenant.users()).toEqual([])

  const items = await pendingExports()
  const told = {
    users: count(items, 'create', 'user'),
    groups: count(items, 'create', 'group'),
    members: references(items, 'member'),
    managers: references(items, 'manager')
  }
  expect(told.users + told.groups).toBe(items.length)
  expect(told.users).toBeGreaterThanOrEqual(121)
  expect(told.members).toBeGreaterThan(20)
  expect(told.managers).toBeGreaterThan(20)
  const { body: summary } = await view.call('GET', '/v1/pending-exports/summary')
  expect(summary).toMatchObject({
    objects: [
      { operation: 'create', objectType: 'group', objects: told.groups },
      { operation: 'create', objectType: 'user', objects: told.users }
    ],
    references: [
      { attribute: 'manager', operation: 'add', references: told.managers },
      { attribute: 'member', operation: 'add', references: told.members }
    ]
  })

  await switchTo('export')
  await agreement(domain, system.emulator.graph, 90_000)
  await view.quiet()
  const groups = await view.tenant.groups()
  const members = await Promise.all(groups.map(({ id }) => view.tenant.members(id)))
  const { byOperation } = await system.emulator.requests()
  expect({
    users: byOperation['POST /users'],
    groups: groups.length,
    members: members.flat().length,
    managers: byOperation['PUT /users/{id}/manager/$ref']
  }).toEqual(told)
  expect(await pendingExports()).toEqual([])
})

it('stops in the middle of writing: once the switch has answered, not one write more', {
  timeout: 120_000
}, async () => {
  const people = (await view.tenant.users()).length
  await system.emulator.resetRequests()
  await system.emulator.addFault({ pathContains: '$batch', delayMs: 400 })
  const dns: string[] = []
  let isSwitched = false
  const adding = (async () => {
    for (let afterwards = 0; afterwards < 20; afterwards += isSwitched ? 1 : 0)
      dns.push(await directory.addUser(`Late ${dns.length}`))
  })()
  await waitFor(async () => (await writes()) > 0, { ...patience, describe: 'the first writes' })
  await switchTo('staging')
  const atAnswer = await writes()
  isSwitched = true
  await adding
  await changeIsHeld(dns.at(-1) ?? '', 'Held in the middle', atAnswer)
  expect((await view.tenant.users()).length).toBeLessThanOrEqual(people + dns.length - 20)

  await system.emulator.clearFaults()
  await switchTo('export')
  await agreement(domain, system.emulator.graph, 60_000)
  expect((await view.tenant.users()).length).toBe(people + dns.length)
})

it('does not wait for an exporter that was killed, and loses nothing by it', {
  timeout: 120_000
}, async () => {
  await view.quiet()
  await system.emulator.resetRequests()
  // The tenant does it, and the answer does not come: the exporter holds its claim.
  await system.emulator.addFault({ pathContains: '$batch', slowBodyMs: 60_000 })
  const dn = await directory.addUser('Held fast')
  await waitFor(async () => (await system.emulator.requests()).byOperation['POST /users'], {
    ...patience,
    describe: 'a write whose answer has not come'
  })
  const early = await view.call('PUT', '/v1/staging', { mode: 'staging', reason: 'A test', waitSeconds: 1 })
  expect(early).toMatchObject({
    status: 503,
    body: { type: 'urn:opendirsync:problem:writes-under-way' }
  })
  const switching = switchTo('staging')
  await Promise.all(exporters.map(exporter => exporter.kill9()))
  await switching
  const atAnswer = await writes()
  await system.emulator.clearFaults()
  exporters = [stack.use(await system.start('export'))]
  await Promise.all(exporters.map(exporter => exporter.ready()))
  await changeIsHeld(dn, 'Held by nobody', atAnswer)

  await switchTo('export')
  await agreement(domain, system.emulator.graph, 60_000)
})

it('writes nothing while the environment says staging, whatever the API has set', {
  timeout: 120_000
}, async () => {
  await Promise.all(exporters.map(exporter => exporter.stop()))
  await system.emulator.resetRequests()
  exporters = [stack.use(await system.start('export', { EXPORT_MODE: 'staging' }))]
  await Promise.all(exporters.map(exporter => exporter.ready()))
  const dn = await directory.addUser('Forced')
  await changeIsHeld(dn, 'Held by the environment', 0)
  const { body } = await view.call('GET', '/v1/staging')
  const forced = (body as { exporters: object[] }).exporters.filter(
    exporter => 'processId' in exporter && exporter.processId === exporters[0]?.pid
  )
  expect(body).toMatchObject({ mode: 'export' })
  expect(forced).toMatchObject([{ mode: 'staging', forced: true }])
})
