import { writeFile } from 'node:fs/promises'
import { textAt } from '@opendirsync/binary-xml'
import { createAuthority, createServerCertificate } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from './connect.ts'
import { company, fault, redirection, result } from './replies.ts'
import { rsaKeys } from './rsa-keys.ts'
import { type Answer, startTenantService, type TenantService } from './tenant-service.ts'

let service: TenantService
const answer: Answer = () => company(service)
beforeAll(async () => {
  service = await startTenantService(answer)
})
afterAll(() => service[Symbol.asyncDispose]())
beforeEach(() => {
  service.answer = answer
  service.answerToken = undefined
  service.roles = ['ADSynchronization.ReadWrite.All']
  service.calls.length = 0
})

it('a check signs in with the certificate, and tells what the tenant is', async () => {
  using sync = connect(service, { machineId: '22222222-2222-3333-4444-555555555555', buildNumber: '2.5.3.0' })
  const facts = await sync.check()
  expect(facts).toMatchObject({
    tenantId: service.tenantId,
    displayName: 'Contoso',
    isDirSyncing: true,
    isPasswordSyncing: true,
    allowedFeatures: ['ObjectWriteback', 'PasswordWriteback']
  })
  expect(facts.features).toMatchObject({ passwordHashSync: true, passwordWriteback: false })
  expect(Date.parse(facts.certificateExpiresAt)).toBeGreaterThan(Date.now())
  expect(service.calls[0]?.headers).toMatchObject({
    'content-type': 'application/soap+msbin1',
    'user-agent': '',
    'x-ms-aadmsods-apiaction': 'GetCompanyConfiguration',
    'x-ms-aadmsods-appid': '1651564e-7ce4-4d99-88be-0a65050d8dc3',
    'x-ms-aadmsods-clientversion': '8.0',
    'x-ms-aadmsods-dirsyncbuildnumber': '2.5.3.0',
    'x-ms-aadmsods-fimbuildnumber': '2.5.3.0',
    'x-ms-aadmsods-machineid': '22222222-2222-3333-4444-555555555555',
    'x-ms-aadmsods-tenantid': service.tenantId
  })
  expect(service.calls[0]?.headers.authorization).toBeUndefined()
})

describe('what a person must do is told', () => {
  it.each<[string, Answer, string, RegExp]>([
    [
      'directory synchronization is off',
      () => company({ ...service, isDirSyncing: false }),
      'directory-sync-off',
      /onPremisesSyncEnabled/
    ],
    [
      'it was never on',
      () => fault('Identity synchronization is not yet activated for this company.'),
      'directory-sync-off',
      /onPremisesSyncEnabled/
    ],
    [
      'hashes are off',
      () => company({ ...service, features: 41_016 }),
      'password-sync-off',
      /passwordSyncEnabled/
    ],
    [
      'the tenant is another',
      () => company({ tenantId: '99999999-1111-2222-3333-444444444444' }),
      'tenant',
      /99999999/
    ],
    [
      'access is denied, with status 200',
      () => fault('Access to Azure Active Directory has been denied. Contact support.', [], 200),
      'permissions',
      /ADSynchronization\.ReadWrite\.All/
    ],
    ['the build is too old', () => fault('The version of the client is not supported.'), 'version', /newer/],
    ['the token is not taken', () => ({ status: 401 }), 'credentials', /one cloud/],
    ['the token is not taken, in a fault', () => fault('The token is expired.'), 'credentials', /one cloud/]
  ])('%s', async (_what, given, code, message) => {
    service.answer = given
    using sync = connect(service)
    const expected = {
      name: 'SetupError',
      code: `sync-service-${code}`,
      message: expect.stringMatching(message)
    }
    await expect(sync.check()).rejects.toMatchObject(expected)
  })

  it.each([
    ['AADSTS500011: The resource principal was not found', 400, 'sync-service-directory-sync-off'],
    ['AADSTS700016: Application was not found', 400, 'sync-service-credentials'],
    ['AADSTS700027: The certificate is not registered', 401, 'sync-service-credentials'],
    ['AADSTS90002: Tenant not found', 400, 'sync-service-tenant']
  ])('%s', async (words, status, code) => {
    service.answerToken = () => ({
      status,
      body: JSON.stringify({ error: 'invalid_x', error_description: words })
    })
    using sync = connect(service)
    const expected = { name: 'SetupError', code, message: expect.not.stringContaining(words) }
    await expect(sync.check()).rejects.toMatchObject(expected)
    expect(service.calls).toHaveLength(0)
  })

  it.each([
    ['a page in place of a token', { body: '<html>' }, 'UnavailableError'],
    ['a token endpoint that is down', { status: 503 }, 'UnavailableError'],
    [
      'a token endpoint that is asked too often',
      { status: 429, headers: { 'Retry-After': '7' } },
      'ThrottledError'
    ]
  ])('%s is not for a person', async (_what, reply, name) => {
    service.answerToken = () => reply
    using sync = connect(service)
    await expect(sync.check()).rejects.toMatchObject({ name })
  })

  it('the permission is missing: it is looked at again with the next check', async () => {
    service.roles = []
    using sync = connect(service)
    const expected = { code: 'sync-service-permissions', message: expect.stringMatching(/lacks ADSync/) }
    await expect(sync.check()).rejects.toMatchObject(expected)
    service.roles = ['ADSynchronization.ReadWrite.All']
    expect(await sync.check()).toMatchObject({ displayName: 'Contoso' })
  })

  it('the authority of the certificate is unknown', async () => {
    const path = `${service.certificatePath}.other-ca.pem`
    await writeFile(path, createAuthority('Another authority').certificatePem)
    using sync = connect(service, { caFile: path })
    await expect(sync.check()).rejects.toMatchObject({ name: 'SetupError', code: 'sync-service-certificate' })
  })
})

describe('what cannot be used is refused at once', () => {
  it('an address without https', () => {
    expect(() => connect(service, { endpoint: 'http://127.0.0.1/x' })).toThrow(/https only/)
  })

  it('a certificate that is not there', () => {
    expect(() => connect(service, { certificatePath: '/nowhere.pem' })).toThrow(/cannot be read/)
  })

  it('a key of another certificate, or one that is not RSA', async () => {
    const path = `${service.certificatePath}.mixed.pem`
    const one = createAuthority('One', rsaKeys())
    await writeFile(path, createAuthority('Other', rsaKeys()).keyPem + one.certificatePem)
    expect(() => connect(service, { certificatePath: path })).toThrow(/belongs to another certificate/)
    const elliptic = createServerCertificate(one, ['x'])
    await writeFile(path, elliptic.keyPem + elliptic.certificatePem)
    expect(() => connect(service, { certificatePath: path })).toThrow(/not an RSA key/)
  })

  it('a CA file without a certificate', async () => {
    const path = `${service.certificatePath}.empty.pem`
    await writeFile(path, 'nothing')
    expect(() => connect(service, { caFile: path })).toThrow(/holds no certificate/)
  })

  it('a certificate that has expired, when it is used', async () => {
    using sync = connect(service)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 })
    await expect(sync.check()).rejects.toMatchObject({
      message: expect.stringMatching(/has expired on \d{4}-/)
    })
    vi.useRealTimers()
  })
})

describe('a token', () => {
  it('is kept, and renewed when the service takes it no longer', async () => {
    using sync = connect(service)
    const before = service.tokensGiven.length
    await sync.readCompany()
    await sync.readCompany()
    expect(service.tokensGiven.length - before).toBe(1)
    service.revokeTokens()
    expect(await sync.readCompany()).toMatchObject({ displayName: 'Contoso' })
    expect(service.tokensGiven.length - before).toBe(2)
  })

  it('is renewed before it ends', async () => {
    using sync = connect(service)
    await sync.readCompany()
    const before = service.tokensGiven.length
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_400_000 })
    await sync.readCompany()
    vi.useRealTimers()
    expect(service.tokensGiven.length - before).toBe(1)
  })
})

describe('a redirection', () => {
  it('is followed, and remembered until that host fails', async () => {
    const { origin, otherOrigin } = service
    service.answer = ({ origin: at }) =>
      at === origin ? redirection(`${otherOrigin}/elsewhere`) : company(service)
    using sync = connect(service)
    await sync.readCompany()
    await sync.readCompany()
    service.answer = ({ origin: at }) => (at === origin ? company(service) : { status: 500 })
    await expect(sync.readCompany()).rejects.toMatchObject({ name: 'UnavailableError' })
    expect(await sync.readCompany()).toMatchObject({ displayName: 'Contoso' })
    expect(service.calls.map(each => each.origin)).toEqual([
      origin,
      otherOrigin,
      otherOrigin,
      otherOrigin,
      origin
    ])
    const to = service.calls.map(({ message }) => textAt(message, 'Header/To'))
    expect(to.slice(0, 2)).toEqual([service.endpoint, `${otherOrigin}/provisioningservice.svc`])
  })

  it('to a foreign host is not followed', async () => {
    service.answer = () => redirection('https://localhost:1/provisioningservice.svc')
    using sync = connect(service)
    const expected = { name: 'UnavailableError', message: expect.stringMatching(/Nothing was sent there/) }
    await expect(sync.readCompany()).rejects.toMatchObject(expected)
  })

  it('that never ends is given up', async () => {
    service.answer = () => redirection(service.endpoint)
    using sync = connect(service)
    await expect(sync.readCompany()).rejects.toMatchObject({ message: expect.stringMatching(/host to host/) })
    expect(service.calls).toHaveLength(4)
  })
})

describe('a feature', () => {
  it('is switched on, and the others stay', async () => {
    service.answer = call =>
      call.operation === 'SetCompanyDirsyncFeatures'
        ? result(call.operation, [])
        : company({ ...service, features: 41_016 })
    using sync = connect(service)
    const features = await sync.setFeature('passwordHashSync', true)
    expect(features).toMatchObject({ passwordHashSync: true, softMatchOnUpn: true, passwordWriteback: false })
    expect(service.calls.map(each => each.operation)).toEqual([
      'GetCompanyConfiguration',
      'SetCompanyDirsyncFeatures'
    ])
    expect(JSON.stringify(service.calls[1]?.content)).toContain('"41017"')
  })

  it('that is on is not written', async () => {
    using sync = connect(service)
    await sync.setFeature('passwordHashSync', true)
    expect(service.calls.map(each => each.operation)).toEqual(['GetCompanyConfiguration'])
  })

  it('is not written in staging mode', async () => {
    using sync = connect(service, { mode: () => 'staging' })
    await expect(sync.setFeature('passwordHashSync', false)).rejects.toMatchObject({ name: 'PermanentError' })
    expect(service.calls.map(each => each.operation)).toEqual(['GetCompanyConfiguration'])
  })
})
