import { expect, test } from 'vitest'
import { startEmulator } from './start-emulator.ts'

test('the emulated tenant starts under given conditions, and is asked and changed while it runs', async () => {
  await using emulator = await startEmulator({
    domains: ['corp.example'],
    permissions: ['User.Read.All', 'Domain.Read.All'],
    throttling: { speed: 10, writes: 50 },
    replicationLagMs: { min: 0, max: 100 },
    seed: 7,
    synchronization: { directorySync: true }
  })
  await emulator.administer('permissions', { grant: ['Group.Create'], revoke: ['Domain.Read.All'] })
  expect(await emulator.permissions()).toEqual({
    granted: ['Group.Create', 'User.Read.All'],
    used: [],
    roles: []
  })
  expect(emulator.managedIdentity.endpoint).toMatch(/\/msi\/token$/)
  expect(emulator.syncServiceUrl).toBe(`${emulator.graph.url}/provisioningservice.svc`)
  const ids = await emulator.addUsers([{ userPrincipalName: 'ann@corp.example' }])
  expect(ids).toHaveLength(1)
  const ann = { userPrincipalName: 'ann@corp.example' }
  expect(await emulator.verifyPassword(ann, 'Pa$$w0rd')).toMatchObject({ arrived: false, arrivals: 0 })
  expect(await emulator.signIn('ann@corp.example', 'Pa$$w0rd')).toMatchObject({ reason: 'noPassword' })
  await emulator.changeSynchronization({ features: { PasswordHashSync: true } })
  expect(await emulator.passwordCounts()).toMatchObject({ people: 0, taken: 0 })
  expect(await emulator.state()).toMatchObject({ live: { user: 1, group: 0 }, bin: { user: 0 }, hidden: 0 })
  await emulator.addFault({ share: 0.05, status: 429, retryAfterSeconds: 1 })
  expect(await emulator.faults()).toEqual([{ share: 0.05, status: 429, retryAfterSeconds: 1, struck: 0 }])
  await emulator.useQuota({ writes: 20, appId: emulator.graph.clientId })
  const { applications } = await emulator.quotaUse()
  expect(applications[emulator.graph.clientId]?.writes).toMatchObject({ capacity: 50 })
  await emulator.changeConditions({ throttling: 'off', staleReads: { share: 0.5, forMs: 1000 } })
  await emulator.advanceClock(1000)
  expect(await emulator.quotaUse()).toEqual({ applications: {} })
  expect(await emulator.writesByObject()).toEqual({ objects: [], createdByAnchor: {}, createdTwice: [] })
  expect(await emulator.requests()).toMatchObject({ total: 0, byStatus: {} })
  await expect(emulator.addUsers([{ displayName: 'nameless' }])).rejects.toThrow('needs a userPrincipalName')
})
