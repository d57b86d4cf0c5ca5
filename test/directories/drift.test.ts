import type { Drift } from '@opendirsync/contracts'
import { type SambaDomain, type System, startSambaDomain, startSystem, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { type TenantAdministrator, tenantAdministrator } from '../support/tenant-administrator.ts'
import { upnOf } from './people-file.ts'
import { patience, type View, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let directory: Directory
let cloud: TenantAdministrator

const environment = { SWEEP_SECONDS: '600', CONFIRM_SECONDS: '1', CONFIRM_GRACE_SECONDS: '1' }
const names = ['ada', 'bob', 'cy', 'dan']
const ids = { ada: '', bob: '', cy: '', dan: '', team: '' }

beforeAll(async () => {
  domain = stack.use(await startSambaDomain())
  directory = stack.use(await Directory.open(domain))
  const dns: string[] = []
  for (const name of names) {
    dns.push(
      await directory.addUser(name, {
        userPrincipalName: upnOf(name),
        department: 'Sales',
        ...(dns[0] !== undefined && { manager: dns[0] })
      })
    )
  }
  await directory.addGroup('team', dns.slice(0, 3))
  system = stack.use(await startSystem({ domain, environment }))
  view = stack.use(viewOf(system))
  cloud = stack.use(tenantAdministrator(system.emulator.graph))
  await view.untilPresent(names, names)
  await view.quiet()
  for (const name of ['ada', 'bob', 'cy', 'dan'] as const)
    ids[name] = String((await view.user(upnOf(name)))?.id)
  ids.team = String((await view.tenant.groups()).find(({ displayName }) => displayName === 'team')?.id)
  await untilRead()
})
afterAll(() => stack.disposeAsync())

interface Summary {
  readonly rounds: readonly {
    readonly objectType: string
    readonly completedAt: string | null
    readonly fullCompletedAt: string | null
  }[]
  readonly open: Readonly<Record<Drift['action'], number>>
  readonly suspects: number
}

const summary = async () => (await view.call('GET', '/v1/drift/summary')).body as Summary
const open = async () => ((await view.call('GET', '/v1/drift')).body as { items: Drift[] }).items

/** Waits until both types were read wholly, after this moment, and nothing is left to be looked at. */
async function untilRead(): Promise<Summary> {
  const from = new Date().toISOString()
  return waitFor(
    async () => {
      const now = await summary()
      const read = now.rounds.filter(({ completedAt }) => (completedAt ?? '') > from)
      return read.length === 2 && now.suspects === 0 && now
    },
    { ...patience, describe: 'the tenant to be read' }
  )
}

/** Does something in the tenant, and waits until it is undone. @returns what our application has written for that */
async function undone(work: () => Promise<unknown>, isUndone: () => Promise<unknown>): Promise<string[]> {
  await work()
  await system.emulator.resetRequests()
  await waitFor(isUndone, { ...patience, describe: 'it to be put back' })
  await view.quiet()
  await untilRead()
  await untilRead()
  expect((await open()).filter(({ action }) => action !== 'reported')).toEqual([])
  const { log } = await system.emulator.requests()
  return log.map(
    ({ method, path }) =>
      `${method} ${path.replace(/^\/(v1\.0\/)?/, '/').replaceAll(/[0-9a-f-]{36}/g, '{id}')}`
  )
}

async function department(name: 'ada' | 'bob'): Promise<unknown> {
  return (await cloud.user(ids[name])).department
}

it('reads everything once at the start, finds nothing, and writes nothing', async () => {
  await untilRead()
  await system.emulator.resetRequests()
  const { rounds } = await untilRead()
  expect(rounds.map(({ objectType, fullCompletedAt }) => [objectType, fullCompletedAt !== null])).toEqual([
    ['group', true],
    ['user', true]
  ])
  expect(await open()).toEqual([])
  expect((await system.emulator.requests()).writes).toBe(0)
})

it('puts back what somebody changes in the portal, with exactly one write, and the journal tells', async () => {
  const writes = await undone(
    () => cloud.send('PATCH', `/users/${ids.ada}`, { department: 'Portal', usageLocation: 'DE' }),
    async () => (await department('ada')) === 'Sales'
  )
  expect(writes).toEqual(['PATCH /users/{id}'])
  const { body } = await view.call(
    'GET',
    `/v1/objects/${encodeURIComponent(`CN=ada,${directory.ou}`)}/explain`
  )
  expect(JSON.stringify(body)).toContain('"step":"drift"')
})

describe('what somebody deletes in the portal', () => {
  it('is restored with its id, its manager and its groups', async () => {
    await undone(
      () => cloud.send('DELETE', `/users/${ids.bob}`),
      async () => (await view.tenant.members(ids.team)).includes(ids.bob)
    )
    expect((await view.user(upnOf('bob')))?.id).toBe(ids.bob)
    expect(await view.tenant.manager(ids.bob)).toBe(ids.ada)
  })

  it('is created anew with all of that when it was purged', async () => {
    await undone(
      async () => {
        await cloud.send('DELETE', `/users/${ids.cy}`)
        await cloud.send('DELETE', `/directory/deletedItems/${ids.cy}`)
      },
      async () => {
        const id = (await view.user(upnOf('cy')))?.id
        return id !== undefined && (await view.tenant.members(ids.team)).includes(id)
      }
    )
    const cy = (await view.user(upnOf('cy')))?.id ?? ''
    expect(cy).not.toBe(ids.cy)
    expect(await view.tenant.manager(cy)).toBe(ids.ada)
    ids.cy = cy
  })
})

describe('members and managers', () => {
  it('come back, and leave again', async () => {
    const before = (await view.tenant.members(ids.team)).toSorted()
    const writes = await undone(
      async () => {
        await cloud.send('DELETE', `/groups/${ids.team}/members/${ids.ada}/$ref`)
        await cloud.send('POST', `/groups/${ids.team}/members/$ref`, reference(ids.dan))
        await cloud.send('DELETE', `/users/${ids.dan}/manager/$ref`)
      },
      async () =>
        (await view.tenant.members(ids.team)).toSorted().join() === before.join() &&
        (await view.tenant.manager(ids.dan)) === ids.ada
    )
    expect(writes.toSorted()).toEqual([
      'DELETE /groups/{id}/members/{id}/$ref',
      'POST /groups/{id}/members/$ref',
      'PUT /users/{id}/manager/$ref'
    ])
  })

  it('of the cloud alone are told and left', async () => {
    const guest = await cloud.addUser(upnOf('guest'))
    await cloud.send('POST', `/groups/${ids.team}/members/$ref`, reference(guest))
    await system.emulator.resetRequests()
    const [drift] = await waitFor(async () => (await open()).length > 0 && (await open()), {
      ...patience,
      describe: 'the member to be told'
    })
    expect(drift).toMatchObject({
      kind: 'reference-added',
      action: 'reported',
      displayName: 'team',
      targetEntraId: guest,
      targetEntryId: null
    })
    expect((await view.call('POST', `/v1/drift/${drift?.id}/put-back`)).status).toBe(409)
    expect((await view.call('POST', '/v1/drift/999999/put-back')).status).toBe(404)
    await untilRead()
    expect(await view.tenant.members(ids.team)).toContain(guest)
    expect((await system.emulator.requests()).writes).toBe(0)
    await cloud.send('DELETE', `/groups/${ids.team}/members/${guest}/$ref`)
    await waitFor(async () => (await open()).length === 0, { ...patience, describe: 'it to be forgotten' })
  })
})

it('reads everything again when its place has expired, and writes nothing', async () => {
  await untilRead()
  const before = (await summary()).rounds.map(({ fullCompletedAt }) => fullCompletedAt)
  await system.emulator.resetRequests()
  await system.emulator.advanceClock(8 * 86_400_000)
  await waitFor(
    async () => (await summary()).rounds.every(({ fullCompletedAt }, at) => fullCompletedAt !== before[at]),
    { ...patience, describe: 'a full reading' }
  )
  await untilRead()
  expect(await open()).toEqual([])
  expect((await system.emulator.requests()).writes).toBe(0)
})

it('stands what Graph does at times: late news, news that is told again, small pieces', async () => {
  await system.emulator.administer('delta', {
    seed: 3,
    replayed: 0.7,
    delayed: 0.5,
    emptyPages: 0.5,
    pageSize: 2,
    referencesPerItem: 1
  })
  const writes = await undone(
    async () => {
      await cloud.send('PATCH', `/users/${ids.ada}`, { department: 'Late' })
      await cloud.send('DELETE', `/groups/${ids.team}/members/${ids.bob}/$ref`)
    },
    async () =>
      (await department('ada')) === 'Sales' && (await view.tenant.members(ids.team)).includes(ids.bob)
  )
  expect(writes.toSorted()).toEqual(['PATCH /users/{id}', 'POST /groups/{id}/members/$ref'])
  await system.emulator.administer('delta', {})
})

it('stands servers of Graph that answer with what was before', async () => {
  await system.emulator.administer('behaviour', {
    seed: 5,
    staleReads: { share: 0.5, forMs: 900 },
    replicationLagMs: { min: 0, max: 800 }
  })
  const writes = await undone(
    async () => {
      await cloud.send('PATCH', `/users/${ids.ada}`, { department: 'Elsewhere' })
      await cloud.send('PATCH', `/users/${ids.bob}`, { department: 'Elsewhere' })
    },
    async () => (await department('ada')) === 'Sales' && (await department('bob')) === 'Sales'
  )
  await system.emulator.administer('behaviour', { staleReads: 'off', replicationLagMs: 0 })
  expect(writes).toEqual(['PATCH /users/{id}', 'PATCH /users/{id}'])
})

it('only tells when the policy says so, until somebody decides', async () => {
  await system.service('export').stop()
  await system.start('export', { DRIFT_POLICY: 'report' })
  await system.emulator.resetRequests()
  await cloud.send('PATCH', `/users/${ids.bob}`, { department: 'Portal' })
  const drift = await waitFor(async () => (await open())[0], {
    ...patience,
    describe: 'the change to be told'
  })
  expect(drift).toMatchObject({
    kind: 'attribute',
    attribute: 'department',
    expected: 'Sales',
    found: 'Portal',
    action: 'reported',
    displayName: 'bob'
  })
  await untilRead()
  expect((await system.emulator.requests()).writes).toBe(1)
  expect(await department('bob')).toBe('Portal')

  const { status, body } = await view.call('POST', `/v1/drift/${drift.id}/put-back`)
  expect([status, body]).toMatchObject([200, { action: 'put-back', decidedBy: 'system' }])
  await waitFor(async () => (await department('bob')) === 'Sales', { ...patience, describe: 'the value' })
  await waitFor(async () => (await open()).length === 0, { ...patience, describe: 'nothing to be open' })
  expect((await system.emulator.requests()).writes).toBe(2)
})

function reference(id: string): object {
  return { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` }
}
