import type { TenantObject } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { connect } from './tenant.ts'

let emulator: EntraEmulator
const users = 1_200

beforeAll(async () => {
  emulator = await startEntraEmulator()
  for (let count = 0; count < users; count += 1) {
    emulator.state.create('user', {
      displayName: `User ${count}`,
      userPrincipalName: `user${count}@contoso.com`
    })
  }
  emulator.state.create('user', {
    displayName: 'Anna',
    userPrincipalName: 'anna@contoso.com',
    mail: 'anna@contoso.com',
    proxyAddresses: ['SMTP:anna@contoso.com', 'smtp:a@contoso.com'],
    onPremisesImmutableId: 'YW5uYQ==',
    onPremisesSyncEnabled: true
  })
  emulator.state.create('group', { displayName: 'Crew', mailEnabled: false })
  emulator.state.create('group', {
    displayName: 'News',
    mailEnabled: true,
    mail: 'news@contoso.com',
    proxyAddresses: ['SMTP:news@contoso.com']
  })
  emulator.administration.createContact({ displayName: 'Berta', mail: 'berta@elsewhere.example' })
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
})
beforeEach(() => emulator.faults.clear())

async function all(signal?: AbortSignal): Promise<TenantObject[]> {
  const objects: TenantObject[] = []
  for await (const page of connect(emulator, { mode: 'staging' }).listObjects(signal)) objects.push(...page)
  return objects
}

it('every user, mail-enabled group and contact comes once, with its addresses', async () => {
  const objects = await all()
  expect(new Set(objects.map(({ entraId }) => entraId)).size).toBe(objects.length)
  expect(objects.filter(({ objectType }) => objectType === 'user')).toHaveLength(users + 1)
  const others = objects.filter(({ displayName }) => !displayName?.startsWith('User '))
  expect(others.map(({ entraId: _entraId, ...rest }) => rest)).toEqual([
    {
      objectType: 'user',
      displayName: 'Anna',
      userPrincipalName: 'anna@contoso.com',
      mail: 'anna@contoso.com',
      proxyAddresses: ['SMTP:anna@contoso.com', 'smtp:a@contoso.com'],
      immutableId: 'YW5uYQ==',
      onPremisesSyncEnabled: true
    },
    {
      objectType: 'group',
      displayName: 'News',
      userPrincipalName: null,
      mail: 'news@contoso.com',
      proxyAddresses: ['SMTP:news@contoso.com'],
      immutableId: null,
      onPremisesSyncEnabled: false
    },
    {
      objectType: 'contact',
      displayName: 'Berta',
      userPrincipalName: null,
      mail: 'berta@elsewhere.example',
      proxyAddresses: ['SMTP:berta@elsewhere.example'],
      immutableId: null,
      onPremisesSyncEnabled: false
    }
  ])
})

it('it waits as long as Graph asks for, and goes on where it was', async () => {
  emulator.faults.add({
    method: 'GET',
    pathContains: 'skiptoken',
    status: 429,
    retryAfterSeconds: 0.3,
    times: 2
  })
  const started = Date.now()
  expect(await all()).toHaveLength(users + 3)
  expect(Date.now() - started).toBeGreaterThanOrEqual(600)
})

it.each([
  ['a failure of the server', { status: 503 }],
  ['a lost connection', { drop: true }]
])('it asks again after %s', async (_what, fault) => {
  emulator.faults.add({ method: 'GET', pathContains: '/groups', ...fault, times: 1 })
  expect(await all()).toHaveLength(users + 3)
})

it('it leaves contacts out when it may not read them', async () => {
  emulator.faults.add({ method: 'GET', pathContains: '/contacts', status: 403 })
  expect(await all()).toHaveLength(users + 2)
})

it('it says which permission is missing for users', async () => {
  emulator.faults.add({ method: 'GET', pathContains: '/users', status: 403 })
  await expect(all()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-permissions' })
})

it('it stops waiting when it is told to', async () => {
  emulator.faults.add({ method: 'GET', pathContains: '/users', status: 429, retryAfterSeconds: 600 })
  await expect(all(AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'AbortError' })
})
