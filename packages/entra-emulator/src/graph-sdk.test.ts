import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ClientCertificateCredential, ClientSecretCredential } from '@azure/identity'
import { AzureIdentityAuthenticationProvider } from '@microsoft/kiota-authentication-azure'
import { GraphRequestAdapter } from '@microsoft/msgraph-sdk'
import { createGroupFromDiscriminatorValue, type Group } from '@microsoft/msgraph-sdk/models/index.js'
import { createUsersServiceClient } from '@microsoft/msgraph-sdk-users'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { items, reference, startTestTenant, type TestTenant } from './test-client.ts'
import { createAuthority } from './tls/certificate.ts'

const scope = 'https://graph.microsoft.com/.default'
let tenant: TestTenant

beforeAll(async () => {
  tenant = await startTestTenant()
})

afterAll(() => tenant[Symbol.asyncDispose]())

describe('@azure/identity', () => {
  test('a client secret gets a token that Graph takes', async () => {
    const token = await secretCredential().getToken(scope)
    expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now() + 3_000_000)
    const answer = await tenant.graph('GET', '/organization', undefined, {
      authorization: `Bearer ${token.token}`
    })
    expect(answer.status).toBe(200)
  })

  test('a wrong secret is refused with its code', async () => {
    const { tenantId, clientId } = tenant.emulator
    const credential = new ClientSecretCredential(tenantId, clientId, 'wrong', authority())
    await expect(credential.getToken(scope)).rejects.toThrow('AADSTS7000215')
  })

  test('an unknown application is refused with its code', async () => {
    const credential = new ClientSecretCredential(tenant.emulator.tenantId, 'nobody', 'wrong', authority())
    await expect(credential.getToken(scope)).rejects.toThrow('AADSTS700016')
  })

  test('a certificate gets a token once it is registered', async () => {
    const { emulator } = tenant
    const file = join(dirname(emulator.caFile), 'client.pem')
    const certificate = rsaCertificate()
    await writeFile(file, certificate.keyPem + certificate.certificatePem)
    const credential = () =>
      new ClientCertificateCredential(emulator.tenantId, emulator.clientId, file, authority())
    await expect(credential().getToken(scope)).rejects.toThrow('AADSTS700027')
    emulator.setCredentials({ clientCertificatePem: certificate.certificatePem })
    const { token } = await credential().getToken(scope)
    expect(token).toMatch(/^ey/)
  })
})

describe('@microsoft/msgraph-sdk', () => {
  test('roles and groups of a user come with their types', async () => {
    const admin = await tenant.createUser('admin')
    const crew = await tenant.createGroup('admins', { isAssignableToRole: true })
    await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(admin))
    tenant.emulator.administration.giveRole(admin, 'Global Administrator')
    const { users } = createUsersServiceClient(adapter())
    const memberships = await users.byUserId(admin).transitiveMemberOf.get()
    expect(memberships?.value).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ odataType: '#microsoft.graph.directoryRole' }),
        expect.objectContaining({ odataType: '#microsoft.graph.group', id: crew })
      ])
    )
    const roles = await tenant.graph(
      'GET',
      `/users/${admin}/transitiveMemberOf/microsoft.graph.directoryRole`,
      undefined,
      { ConsistencyLevel: 'eventual' }
    )
    expect(items(roles)).toMatchObject([{ displayName: 'Global Administrator' }])
  })

  test('extension attributes and directory extensions are written and read', async () => {
    const extension = 'extension_0123456789abcdef0123456789abcdef_costCode'
    tenant.emulator.administration.registerExtension({ name: extension, targetObjects: ['User'] })
    const id = await tenant.createUser('extended')
    const { users } = createUsersServiceClient(adapter())
    await users.byUserId(id).patch({
      onPremisesExtensionAttributes: { extensionAttribute1: 'x' },
      employeeOrgData: { division: 'North', costCenter: '7' },
      additionalData: { [extension]: '4711' }
    })
    const read = await users.byUserId(id).get({
      queryParameters: { select: ['onPremisesExtensionAttributes', 'employeeOrgData', extension] }
    })
    expect(read?.onPremisesExtensionAttributes?.extensionAttribute1).toBe('x')
    expect(read?.employeeOrgData).toMatchObject({ division: 'North', costCenter: '7' })
    expect(read?.additionalData).toMatchObject({ [extension]: '4711' })
  })

  test('users: create, read, list, change, refuse, delete', async () => {
    const { users } = createUsersServiceClient(adapter())
    const created = await users.post({
      accountEnabled: true,
      displayName: 'Ann Smith',
      mailNickname: 'ann',
      userPrincipalName: 'ann@contoso.com',
      onPremisesImmutableId: 'YWFh',
      passwordProfile: { password: 'Correct-Horse-7', forceChangePasswordNextSignIn: false }
    })
    const id = created?.id ?? ''
    expect(created?.displayName).toBe('Ann Smith')
    await users
      .byUserId(id)
      .patch({ department: 'Sales', employeeLeaveDateTime: new Date('2030-01-01T00:00:00Z') })
    const read = await users.byUserId('ann@contoso.com').get({
      queryParameters: { select: ['id', 'department', 'createdDateTime', 'employeeLeaveDateTime'] }
    })
    expect(read).toMatchObject({ id, department: 'Sales' })
    expect(read?.createdDateTime).toBeInstanceOf(Date)
    const found = await users.get({ queryParameters: { filter: "onPremisesImmutableId eq 'YWFh'" } })
    expect(found?.value?.map(user => user.id)).toEqual([id])
    await expect(users.byUserId(id).patch({ onPremisesSamAccountName: 'ann' })).rejects.toMatchObject({
      responseStatusCode: 400,
      errorEscaped: { code: 'Request_BadRequest' }
    })
    await users.byUserId(id).delete()
    await expect(users.byUserId(id).get()).rejects.toMatchObject({ responseStatusCode: 404 })
  })

  test('pages follow their links', async () => {
    for (const name of ['p1', 'p2', 'p3']) await tenant.createUser(name)
    const { users } = createUsersServiceClient(adapter())
    const names: (string | null | undefined)[] = []
    let page = await users.get({ queryParameters: { top: 1, filter: "startswith(userPrincipalName,'p')" } })
    while (page !== undefined) {
      names.push(...(page.value ?? []).map(user => user.userPrincipalName))
      page = page.odataNextLink ? await users.withUrl(page.odataNextLink).get() : undefined
    }
    expect(names).toEqual(['p1@contoso.com', 'p2@contoso.com', 'p3@contoso.com'])
  })

  test('a manager is set and read', async () => {
    const [worker, boss] = [await tenant.createUser('worker'), await tenant.createUser('boss')]
    const { users } = createUsersServiceClient(adapter())
    await users
      .byUserId(worker)
      .manager.ref.put({ odataId: `https://graph.microsoft.com/v1.0/users/${boss}` })
    expect((await users.byUserId(worker).manager.get())?.id).toBe(boss)
    await users.byUserId(worker).manager.ref.delete()
    await expect(users.byUserId(worker).manager.get()).rejects.toMatchObject({ responseStatusCode: 404 })
  })

  test('groups, through the request adapter', async () => {
    const id = await tenant.createGroup('crew', { description: 'The crew' })
    const group = await readGroup(id)
    expect(group).toMatchObject({ id, description: 'The crew', securityEnabled: true, mailEnabled: false })
    expect(group?.groupTypes).toEqual([])
  })
})

function authority() {
  return { authorityHost: tenant.emulator.authorityHost, disableInstanceDiscovery: true }
}

function secretCredential(): ClientSecretCredential {
  const { tenantId, clientId, clientSecret } = tenant.emulator
  return new ClientSecretCredential(tenantId, clientId, clientSecret, authority())
}

function adapter(): GraphRequestAdapter {
  const provider = new AzureIdentityAuthenticationProvider(
    secretCredential(),
    [scope],
    undefined,
    new Set(['localhost', new URL(tenant.emulator.graphUrl).host])
  )
  const requestAdapter = new GraphRequestAdapter(provider)
  requestAdapter.baseUrl = `${tenant.emulator.graphUrl}/v1.0`
  return requestAdapter
}

async function readGroup(id: string): Promise<Group | undefined> {
  const requestAdapter = adapter()
  const request = createUsersServiceClient(requestAdapter).users.byUserId(id).toGetRequestInformation()
  request.urlTemplate = '{+baseurl}/groups/{user%2Did}'
  return await requestAdapter.send(request, createGroupFromDiscriminatorValue, undefined)
}

/** MSAL signs its assertions with RSA keys only. */
function rsaCertificate() {
  return createAuthority('An application', generateKeyPairSync('rsa', { modulusLength: 2048 }))
}
