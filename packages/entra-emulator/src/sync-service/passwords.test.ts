import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  anchor,
  credentialData,
  type Item,
  item,
  resultsOf,
  type SyncTenant,
  startSyncTenant
} from './test-call.ts'

let service: SyncTenant

beforeAll(async () => {
  service = await startSyncTenant()
})

afterAll(() => service[Symbol.asyncDispose]())

beforeEach(() => service.reset())

const signIn = (password: string) =>
  service.admin('sign-in', { userPrincipalName: 'ann@contoso.com', password })

describe('a password', () => {
  test('signs its owner in', async () => {
    expect(await signIn('Pa$$w0rd')).toMatchObject({ signedIn: false, reason: 'noPassword' })
    expect(await service.admin('passwords/verify', { id: service.ann, password: 'Pa$$w0rd' })).toMatchObject({
      arrived: false
    })
    const reply = await service.send(item)
    expect(resultsOf(reply)).toEqual([['0', anchor]])
    expect(await signIn('Pa$$w0rd')).toMatchObject({ signedIn: true, id: service.ann })
    expect(await signIn('Pa$$w0rd ')).toMatchObject({ reason: 'wrongPassword', error: 'AADSTS50126' })
    for (const person of [{ id: service.ann }, { anchor }, { userPrincipalName: 'ANN@contoso.com' }]) {
      expect(await service.admin('passwords/verify', { ...person, password: 'Pa$$w0rd' })).toMatchObject({
        arrived: true,
        matches: true,
        arrivals: 1,
        changedAt: '2026-11-22T16:52:26.597Z',
        forceChange: false
      })
    }
    const shown = '/users/ann@contoso.com?$select=passwordPolicies,lastPasswordChangeDateTime'
    expect((await service.tenant.graph('GET', shown)).body).toMatchObject({
      passwordPolicies: 'DisablePasswordExpiration',
      lastPasswordChangeDateTime: '2026-11-22T16:52:26Z'
    })
  })

  test('that came last counts', async () => {
    const before = await service.admin('passwords/verify', { id: service.ann, password: '' })
    const empty =
      'v1;PPH1_MD4,01cda06eceb9d9bc2621,1000,9d4fc778add44776555d3fa6ccb4f9637f25e34a62dbc5fa0f782ef8c762c902;'
    await service.send(item, { ...item, CredentialData: empty })
    expect(await service.admin('passwords/verify', { id: service.ann, password: '' })).toMatchObject({
      matches: true,
      arrivals: Number(before.arrivals) + 2
    })
    await service.send(item)
    expect(await signIn('')).toMatchObject({ reason: 'wrongPassword' })
  })

  test('of an unknown, hidden or deleted person is to be sent again later', async () => {
    const { emulator } = service.tenant
    emulator.conditions.change({ replicationLagMs: 60_000 })
    await service.tenant.createUser('hidden', { onPremisesImmutableId: 'hidden' })
    emulator.conditions.change({ replicationLagMs: 0 })
    const gone = await service.tenant.createUser('gone', { onPremisesImmutableId: 'gone' })
    await service.tenant.graph('DELETE', `/users/${gone}`)
    const items = ['nobody', 'hidden', 'gone', anchor].map(each => ({ ...item, SourceAnchor: each }))
    expect(resultsOf(await service.send(...items)).map(([code]) => code)).toEqual(['2', '2', '2', '0'])
    emulator.clock.advance(60_000)
    expect(resultsOf(await service.send({ ...item, SourceAnchor: 'hidden' }))).toEqual([['0', 'hidden']])
  })

  test('is taken for a cloud anchor, too', async () => {
    const { SourceAnchor: _source, ChangeDate = '', ...rest } = item
    const byCloud = (id: string) => service.send({ ChangeDate, CloudAnchor: id, ...rest })
    expect(resultsOf(await byCloud(`User_${service.ann}`))).toEqual([['0', `User_${service.ann}`]])
    expect(resultsOf(await byCloud('User_nobody'))).toEqual([['2', 'User_nobody']])
  })

  test('of a user whom Entra Connect does not own may be refused', async () => {
    service.tenant.emulator.synchronization.change({ takesCloudUsers: false })
    expect(resultsOf(await service.send(item))).toEqual([['2', anchor]])
    service.tenant.emulator.administration.setProperties(service.ann, { onPremisesSyncEnabled: true })
    expect(resultsOf(await service.send(item))).toEqual([['0', anchor]])
    service.tenant.emulator.administration.setProperties(service.ann, { onPremisesSyncEnabled: null })
  })

  test.each<[string, Item]>([
    ['malformed', { ...item, CredentialData: credentialData.slice(0, -1) }],
    ['an NT hash', { ...item, CredentialData: '92937945B518814341DE3F726500D4FF' }],
    ['absent', { ChangeDate: item.ChangeDate ?? '', SourceAnchor: anchor }],
    ['behind what comes after it', { ...without('CredentialData'), CredentialData: credentialData }],
    ['without a date', without('ChangeDate')]
  ])('that is %s is refused, and the one before it stays', async (_what, given) => {
    await service.send(item)
    const reply = await service.send(given)
    expect(resultsOf(reply)).toEqual([['1', anchor]])
    expect(await signIn('Pa$$w0rd')).toMatchObject({ signedIn: true })
  })

  test.each<[string, Item]>([
    ['a date', { ...item, ChangeDate: 'yesterday' }],
    ['a day', { ...item, ChangeDate: '2026-13-22T16:52:26Z' }],
    ['a truth', { ...item, ForcePasswordChangeOnLogon: 'TRUE' }]
  ])('in a call with %s that is none fails with all others', async (_what, given) => {
    const before = await service.admin('passwords')
    expect((await service.send(item, given)).words).toMatch(/trying to deserialize parameter .*:request/)
    expect(await service.admin('passwords')).toEqual(before)
  })

  test('must be changed at the next sign-in where the feature is on', async () => {
    await service.send({ ...item, ForcePasswordChangeOnLogon: 'true' })
    expect(await signIn('Pa$$w0rd')).toMatchObject({ signedIn: true })
    await service.admin('synchronization', { features: { EnableUserForcePasswordChangeOnLogon: true } })
    await service.send({ ...item, ForcePasswordChangeOnLogon: '1' })
    expect(await signIn('Pa$$w0rd')).toMatchObject({ reason: 'mustChangePassword', error: 'AADSTS50055' })
    expect(await signIn('wrong')).toMatchObject({ reason: 'wrongPassword' })
    await service.send(item)
    expect(await signIn('Pa$$w0rd')).toMatchObject({ signedIn: true })
  })

  test('of a disabled account lets nobody in, and one of too many iterations neither', async () => {
    await service.tenant.graph('PATCH', `/users/${service.ann}`, { accountEnabled: false })
    expect(await signIn('Pa$$w0rd')).toMatchObject({ reason: 'disabled', error: 'AADSTS50057' })
    await service.tenant.graph('PATCH', `/users/${service.ann}`, { accountEnabled: true })
    expect(
      resultsOf(await service.send({ ...item, CredentialData: credentialData.replace('1000', '5000') }))
    ).toEqual([['0', anchor]])
    expect(await signIn('Pa$$w0rd')).toMatchObject({ reason: 'wrongPassword' })
    await service.send(item)
  })

  test('is told to nobody', async () => {
    const [, , , hash = ''] = /PPH1_MD4,(\w+),(\d+),(\w+);/.exec(credentialData) ?? []
    expect(hash).toHaveLength(64)
    for (const path of ['passwords', 'synchronization', 'requests', 'faults'])
      expect(JSON.stringify(await service.admin(path))).not.toContain(hash)
    const reply = await service.send({ ...item, CredentialData: `${credentialData} ` })
    expect(JSON.stringify(reply.message)).not.toContain(hash)
  })
})

describe('the admin surface', () => {
  test('counts what came', async () => {
    const before = await service.admin('passwords')
    await service.send(item, { ...item, SourceAnchor: 'nobody' }, { ...item, CredentialData: 'x' })
    expect(await service.admin('passwords')).toEqual({
      ...before,
      calls: Number(before.calls) + 1,
      taken: Number(before.taken) + 1,
      unknownPerson: Number(before.unknownPerson) + 1,
      malformed: Number(before.malformed) + 1
    })
  })

  test('refuses what it does not know', async () => {
    expect(await service.admin('passwords/verify', { id: 'nobody', password: '' })).toMatchObject({
      status: 404
    })
    expect(await service.admin('passwords/verify', { password: '' })).toMatchObject({ status: 404 })
    expect(
      await service.admin('sign-in', { userPrincipalName: 'nobody@contoso.com', password: '' })
    ).toMatchObject({
      reason: 'unknownUser'
    })
    for (const change of [
      { features: { Nothing: true } },
      { redirectedTo: 'http://localhost' },
      { oldestBuild: 'x' }
    ])
      expect(await service.admin('synchronization', change)).toMatchObject({ status: 400 })
  })
})

function without(name: string): Item {
  return Object.fromEntries(Object.entries(item).filter(([each]) => each !== name))
}
