import { element, textAt } from '@opendirsync/binary-xml'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { syncServiceRole as role } from '../model/application-permissions.ts'
import { operations } from './message.ts'
import {
  anchor,
  type Call,
  item,
  resultsOf,
  type SyncTenant,
  startSyncTenant,
  syncToken
} from './test-call.ts'

const graphScope = 'https://graph.microsoft.com/.default'

let service: SyncTenant

beforeAll(async () => {
  service = await startSyncTenant()
})

afterAll(() => service[Symbol.asyncDispose]())

beforeEach(() => service.reset())

describe('a token', () => {
  test('is given only after directory synchronization was activated once', async () => {
    await using other = await startSyncTenant()
    const { emulator } = other.tenant
    expect((await other.fetchToken()).errorCodes).toEqual([500011])
    expect((await other.tenant.graph('GET', '/organization')).text).toContain('"onPremisesSyncEnabled":null')
    emulator.synchronization.change({ directorySync: true })
    emulator.synchronization.change({ directorySync: false })
    expect((await other.fetchToken()).errorCodes).toBeUndefined()
    expect((await other.tenant.graph('GET', '/organization')).text).toContain('"onPremisesSyncEnabled":false')
  })

  test('needs the role of the service, which is in no token of Graph', async () => {
    const { application } = service.tenant.emulator
    expect((await service.call({})).status).toBe(200)
    expect(application.used).toContain(role)
    application.revoke([role])
    const without = await service.fetchToken()
    expect((await service.call({ token: without.token })).words).toMatch(
      /^Access to Azure Active Directory has been denied/
    )
    application.grant([role])
    const ofGraph = await service.fetchToken(graphScope)
    const [, claims = ''] = ofGraph.token.split('.')
    expect(Buffer.from(claims, 'base64url').toString()).not.toContain(role)
  })

  test.each<[string, () => Promise<string>]>([
    ['that is none', async () => 'TOKEN'],
    ['of Graph', async () => (await syncToken(service.tenant.emulator, undefined, graphScope)).token]
  ])('%s is refused', async (_what, given) => {
    const reply = await service.call({ token: await given() })
    expect(reply).toMatchObject({ status: 500, words: 'The security token is invalid or has expired.' })
  })

  test('that was revoked is refused', async () => {
    await using other = await startSyncTenant()
    await other.reset()
    expect((await other.call({})).status).toBe(200)
    other.tenant.emulator.revokeTokens()
    expect((await other.call({})).words).toMatch(/token is invalid/)
  })

  test('of the service is refused by Graph, also when the service has seen it', async () => {
    expect((await service.call({})).status).toBe(200)
    const answer = await service.tenant.graph('GET', '/users', undefined, {
      authorization: `Bearer ${(await service.fetchToken()).token}`
    })
    expect(answer.status).toBe(401)
    expect((await service.call({})).status).toBe(200)
  })

  test('that a secret was shown for is refused', async () => {
    const bySecret = await syncToken(service.tenant.emulator, undefined)
    expect((await service.call({ token: bySecret.token })).words).toMatch(/denied/)
  })
})

describe('a request is refused', () => {
  test.each<[string, Partial<Call>, number]>([
    ['of another type', { headers: { 'content-type': 'application/soap+xml' } }, 415],
    ['that is no message', { bytes: Buffer.from('<Envelope/>') }, 400],
    ['that is nothing', { bytes: Buffer.alloc(0) }, 400],
    ['that is too large', { bytes: Buffer.alloc(5 * 2 ** 20) }, 413],
    ['without the header of the tenant', { headers: { 'x-ms-aadmsods-tenantid': undefined } }, 400],
    ['with the header of another operation', { headers: { 'x-ms-aadmsods-apiaction': 'Capabilities' } }, 400],
    ['with the header of another call', { headers: { 'client-request-id': 'another' } }, 400]
  ])('%s', async (_what, given, status) => {
    expect(await service.call(given)).toMatchObject({ status, message: undefined })
  })

  test.each<[string, Partial<Call>, RegExp]>([
    ['for another tenant', { headers: { 'x-ms-aadmsods-tenantid': 'another' } }, /denied/],
    ['of an operation that is not there', { operation: 'Provision' }, /ContractFilter mismatch/],
    ['with the name of what every object has', { operation: 'toString' }, /ContractFilter mismatch/],
    [
      'that says two operations',
      {
        action: `${operations}/IProvisioningWebService/Capabilities`,
        headers: { 'x-ms-aadmsods-apiaction': 'Capabilities' }
      },
      /deserialize/
    ],
    ['of another namespace', { operationNamespace: 'urn:another' }, /deserialize/],
    [
      'of a build that is too old',
      { buildNumber: '1.5.29.0' },
      /1\.5\.29\.0 of the client is no longer supported/
    ]
  ])('%s', async (_what, given, words) => {
    expect(await service.call(given)).toMatchObject({ status: 500, words: expect.stringMatching(words) })
  })

  test('with another method', async () => {
    expect((await fetch(service.tenant.emulator.syncServiceUrl)).status).toBe(405)
  })
})

describe('the tenant', () => {
  test('is described', async () => {
    const { message } = await service.call({})
    const at = (path: string) =>
      message && textAt(message, `Body/GetCompanyConfigurationResponse/GetCompanyConfigurationResult/${path}`)
    const names = ['DisplayName', 'TenantId', 'IsDirSyncing', 'DirSyncFeatures', 'SynchronizationInterval']
    expect(names.map(at)).toEqual(['Contoso', service.tenant.emulator.tenantId, 'true', '41017', 'PT30M'])
    expect(at('DirSyncConfiguration/PreventAccidentalDeletion/ThresholdCount')).toBe('500')
    expect(at('DirSyncConfiguration/AnchorAttribute')).toBeUndefined()
  })

  test('lets its features be changed', async () => {
    const set = (value: string) => {
      const content = [element('dirsyncFeatures', { type: 'chars', value })]
      return service.call({ operation: 'SetCompanyDirsyncFeatures', content })
    }
    expect((await set('many')).words).toMatch(/deserialize/)
    expect((await set('41016')).status).toBe(200)
    expect(await service.admin('synchronization')).toMatchObject({ features: 41_016 })
    expect((await service.send(item)).words).toMatch(/has not been activated/)
    await service.admin('synchronization', {
      features: { PassThroughAuthentication: true, PasswordHashSync: false }
    })
    expect(await service.admin('synchronization')).toMatchObject({
      features: 41_016 + 131_072,
      directorySync: true
    })
    await service.admin('synchronization', { features: { PassThroughAuthentication: false } })
  })

  test('tells its capabilities', async () => {
    const { message } = await service.call({ operation: 'Capabilities' })
    const xml = message && textAt(message, 'Body/CapabilitiesResponse/CapabilitiesResult')
    expect(xml).toContain('<MinimumProductVersion>1.5.30.0</MinimumProductVersion>')
  })

  test('takes no passwords while synchronization is off, and none without the feature', async () => {
    service.tenant.emulator.synchronization.change({ directorySync: false })
    expect((await service.send(item)).words).toMatch(/^Identity synchronization is not yet activated/)
    expect((await service.call({})).status).toBe(200)
    service.tenant.emulator.synchronization.change({
      directorySync: true,
      features: { PasswordHashSync: false }
    })
    const { message, words } = await service.send(item)
    expect(words).toBe('Password Synchronization has not been activated for this company')
    expect(message && textAt(message, 'Body/Fault/Detail/AdminWebServiceFault/ErrorCode')).toBe('90')
  })

  test('sends to another host those who do not come to it', async () => {
    service.tenant.emulator.synchronization.change({ redirectedTo: 'https://localhost:1/' })
    const { status, message } = await service.call({})
    expect(status).toBe(500)
    expect(message && textAt(message, 'Body/Fault/Detail/BindingRedirectionFault/Url')).toBe(
      'https://localhost:1/provisioningservice.svc'
    )
    service.tenant.emulator.synchronization.change({ redirectedTo: service.tenant.emulator.graphUrl })
    expect((await service.call({})).status).toBe(200)
  })
})

describe('faults', () => {
  const fault = (given: object) => service.admin('faults', { target: 'sync-service', times: 1, ...given })

  test('strike an operation, and leave the others', async () => {
    await fault({ status: 429, retryAfterSeconds: 7, pathContains: 'ProvisionCredentials' })
    expect((await service.call({})).status).toBe(200)
    const reply = await service.send(item)
    expect(reply.status).toBe(429)
    expect(reply.headers.get('retry-after')).toBe('7')
    expect(resultsOf(await service.send(item))).toEqual([['0', anchor]])
  })

  test('leave Graph alone, and those of Graph leave the service alone', async () => {
    await fault({ status: 503 })
    expect((await service.tenant.graph('GET', '/organization')).status).toBe(200)
    expect((await service.call({})).status).toBe(503)
    await service.admin('faults', { times: 1, status: 503 })
    expect((await service.call({})).status).toBe(200)
  })

  test('say words, lose answers, and show pages', async () => {
    await fault({ status: 500, message: 'Something has failed.' })
    expect(await service.call({})).toMatchObject({ status: 500, words: 'Something has failed.' })
    await fault({ html: true })
    expect(await service.call({})).toMatchObject({ status: 502, message: undefined })
    const { taken } = await service.admin('passwords')
    await fault({ drop: true, carriedOut: true })
    await expect(service.send(item)).rejects.toThrow()
    expect(await service.admin('passwords')).toMatchObject({ taken: Number(taken) + 1 })
    await fault({ half: 'connection' })
    await expect(service.call({})).rejects.toThrow()
  })
})
