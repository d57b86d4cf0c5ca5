import { describe, expect, test } from 'vitest'
import {
  errorOf,
  type GraphAnswer,
  newUser,
  objectOf,
  reference,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

function said(answer: GraphAnswer): string {
  const { message } = errorOf(answer)
  return typeof message === 'string' ? `${answer.status} ${message}` : String(answer.status)
}

const unverified = expect.stringMatching(
  /^400 The domain portion of the userPrincipalName property is invalid/
)
const invalid = '400 One or more properties contains invalid values.'

async function administer(tenant: TestTenant, what: string, body: object): Promise<number> {
  const url = `${tenant.emulator.graphUrl}/emulator/${what}`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return response.status
}

describe('domains', () => {
  test('are added, verified, federated and removed while the tenant is used', async () => {
    await using tenant = await startTestTenant()
    const create = async (properties: object = {}) =>
      said(
        await tenant.graph('POST', '/users', {
          ...newUser('ann'),
          userPrincipalName: 'ann@new.example',
          ...properties
        })
      )
    const name = 'new.example'
    expect(await create()).toEqual(unverified)
    await administer(tenant, 'domains', { name })
    expect(await create()).toEqual(unverified)
    expect((await tenant.graph('GET', `/domains/${name}`)).body).toMatchObject({ isVerified: false })
    await administer(tenant, 'domains', { name, verified: true, federated: true })
    expect((await tenant.graph('GET', `/domains/${name}`)).body).toMatchObject({
      authenticationType: 'Federated'
    })
    expect(await create()).toBe(invalid)
    expect(await create({ onPremisesImmutableId: 'YQ==' })).toBe('201')
    await administer(tenant, 'domains', { name, removed: true })
    expect((await tenant.graph('GET', `/domains/${name}`)).status).toBe(404)
    expect(await administer(tenant, 'domains', { verified: true })).toBe(400)
  })

  test('that are federated take users with an onPremisesImmutableId only', async () => {
    const domains = { domains: ['contoso.com'], federatedDomains: ['one.example', 'two.example'] }
    await using tenant = await startTestTenant({ tenant: domains })
    const id = await tenant.createUser('ann')
    const rename = async (userPrincipalName: string, more: object = {}) =>
      said(await tenant.graph('PATCH', `/users/${id}`, { userPrincipalName, ...more }))
    expect(await rename('ann@one.example')).toBe(invalid)
    expect(await rename('ann@one.example', { onPremisesImmutableId: 'YQ==' })).toBe('204')
    expect(await rename('ann@two.example')).toBe('204')
  })

  test('may refuse to pass a user from one federated domain to another', async () => {
    const domains = { domains: ['contoso.com'], federatedDomains: ['one.example', 'two.example'] }
    await using tenant = await startTestTenant({
      tenant: domains,
      behaviour: { refusesFederatedDomainChange: true }
    })
    const id = await tenant.createUser('ann', {
      userPrincipalName: 'ann@one.example',
      onPremisesImmutableId: 'YQ=='
    })
    const rename = async (userPrincipalName: string) =>
      said(await tenant.graph('PATCH', `/users/${id}`, { userPrincipalName }))
    expect(await rename('anna@one.example')).toBe('204')
    expect(await rename('ann@two.example')).toBe(invalid)
    expect(await rename('ann@contoso.com')).toBe('204')
    expect(await rename('ann@two.example')).toBe('204')
  })
})

test('a full tenant takes nothing new until there is room', async () => {
  await using tenant = await startTestTenant({ tenant: { objectQuota: 2 } })
  const [ann] = [await tenant.createUser('ann'), await tenant.createGroup('crew')]
  const full = await tenant.graph('POST', '/users', newUser('carl'))
  expect([full.status, errorOf(full).code]).toEqual([403, 'Directory_QuotaExceeded'])
  expect(errorOf(full).message).toMatch(
    /^The directory object quota limit for the Tenant has been exceeded\./
  )
  await tenant.graph('DELETE', `/users/${ann}`)
  expect((await tenant.graph('POST', '/users', newUser('carl'))).status, 'the bin counts').toBe(403)
  await tenant.graph('DELETE', `/directory/deletedItems/${ann}`)
  await tenant.createUser('carl')
  expect((await tenant.graph('POST', '/users', newUser('dora'))).status).toBe(403)
  await administer(tenant, 'object-quota', { objects: 3 })
  await tenant.createUser('dora')
})

describe('what another system rules', () => {
  const synchronised = expect.stringMatching(
    /^400 Unable to update the specified properties for on-premises mastered/
  )
  const external =
    '400 Unable to update the specified properties for objects that have originated within an external service.'

  test('a synchronised object refuses every change and every link of its own', async () => {
    await using tenant = await startTestTenant()
    const [ann, boss] = [await tenant.createUser('ann'), await tenant.createUser('boss')]
    const crew = await tenant.createGroup('crew')
    for (const id of [ann, crew])
      await administer(tenant, 'objects', { id, properties: { onPremisesSyncEnabled: true } })
    const answers = [
      await tenant.graph('PATCH', `/users/${ann}`, { city: 'Ulm' }),
      await tenant.graph('PUT', `/users/${ann}/manager/$ref`, reference(boss)),
      await tenant.graph('DELETE', `/users/${ann}/manager/$ref`),
      await tenant.graph('PATCH', `/groups/${crew}`, { description: 'x' }),
      await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(boss)),
      await tenant.graph('DELETE', `/groups/${crew}/members/${boss}/$ref`)
    ]
    expect(answers.map(said)).toEqual(answers.map(() => synchronised))
    expect((await tenant.graph('PUT', `/users/${boss}/manager/$ref`, reference(ann))).status).toBe(204)
  })

  test('an object of Exchange refuses all of its properties, or some', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('ann')
    const patch = async (body: object) => said(await tenant.graph('PATCH', `/users/${id}`, body))
    const own = (ownedByExternalService: unknown) =>
      administer(tenant, 'objects', { id, properties: { ownedByExternalService } })
    await own(['mail', 'mailNickname'])
    expect(await patch({ city: 'Ulm' })).toBe('204')
    expect(await patch({ mail: 'ann@contoso.com' })).toBe(external)
    await own(true)
    expect(await patch({ city: 'Bonn' })).toBe(external)
    await own(null)
    expect(await patch({ city: 'Bonn' })).toBe('204')
  })

  test('a user that was synchronised once leaves its extension attributes to Exchange', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('ann')
    await administer(tenant, 'objects', { id, properties: { onPremisesSyncEnabled: false } })
    const onPremisesExtensionAttributes = { extensionAttribute1: 'x' }
    expect(said(await tenant.graph('PATCH', `/users/${id}`, { onPremisesExtensionAttributes }))).toBe(
      external
    )
    expect(said(await tenant.graph('PATCH', `/users/${id}`, { city: 'Ulm' }))).toBe('204')
  })

  test.each(['user', 'group', 'contact'] as const)('a %s is converted to the cloud and back', async kind => {
    await using tenant = await startTestTenant()
    const { administration, state } = tenant.emulator
    const id = state.create(kind, { displayName: 'Ann', onPremisesSyncEnabled: true }).id
    const path = `/${kind}s/${id}/onPremisesSyncBehavior`
    const read = async () => objectOf((await tenant.graph('GET', path)).body)
    expect(await read()).toMatchObject({ id, isCloudManaged: false })
    expect((await tenant.graph('PATCH', path, { isCloudManaged: true })).status).toBe(204)
    expect(await read()).toMatchObject({ isCloudManaged: true })
    expect(state.find(id)?.properties.onPremisesSyncEnabled).toBeUndefined()
    if (kind === 'user')
      expect((await tenant.graph('PATCH', `/users/${id}`, { city: 'Ulm' })).status).toBe(204)
    expect((await tenant.graph('PATCH', path, { isCloudManaged: false })).status).toBe(204)
    expect(await read()).toMatchObject({ isCloudManaged: false })
    expect(said(await tenant.graph('PATCH', path, { isCloudManaged: 'yes' }))).toMatch(
      /^400 Only the property/
    )
    administration.setProperties(id, { onPremisesSyncEnabled: true })
    expect(said(await tenant.graph('PATCH', path, { isCloudManaged: true, other: 1 }))).toMatch(
      /^400 Only the property/
    )
  })

  test('an object that never was synchronised has no authority to change', async () => {
    await using tenant = await startTestTenant()
    const id = await tenant.createUser('ann')
    const path = `/users/${id}/onPremisesSyncBehavior`
    expect(said(await tenant.graph('PATCH', path, { isCloudManaged: true }))).toMatch(
      /^400 The source of authority/
    )
  })
})

test('members of a dynamic group are nobody’s to change', async () => {
  await using tenant = await startTestTenant()
  const id = await tenant.createGroup('dynamic', {
    groupTypes: ['DynamicMembership'],
    membershipRule: 'user.department -eq "Sales"',
    membershipRuleProcessingState: 'On'
  })
  const ann = await tenant.createUser('ann')
  expect((await tenant.graph('POST', `/groups/${id}/members/$ref`, reference(ann))).status).toBe(403)
})

test('an application with a high role changes holders of roles', async () => {
  await using tenant = await startTestTenant({
    applicationRoles: ['Privileged Authentication Administrator']
  })
  const id = await tenant.createUser('admin')
  tenant.emulator.administration.giveRole(id, 'Global Administrator')
  expect((await tenant.graph('PATCH', `/users/${id}`, { accountEnabled: false })).status).toBe(204)
})
