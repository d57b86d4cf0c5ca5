import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  ClientAssertionCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential
} from '@azure/identity'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorOf, startTestTenant, type TestTenant } from './test-client.ts'

const scope = 'https://graph.microsoft.com/.default'
const issuer = 'https://issuer.example'
const subject = 'system:serviceaccount:sync:export'
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()

let tenant: TestTenant

beforeAll(async () => {
  tenant = await startTestTenant()
})

afterAll(() => tenant[Symbol.asyncDispose]())

interface Claims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string
  readonly expired?: boolean
  readonly key?: KeyObject
}

function assertion({
  iss = issuer,
  sub = subject,
  aud,
  expired = false,
  key = keys.privateKey
}: Claims = {}) {
  const nowSeconds = Math.floor(Date.now() / 1000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(iss)
    .setSubject(sub)
    .setAudience(aud ?? 'api://AzureADTokenExchange')
    .setIssuedAt(nowSeconds - 3600)
    .setExpirationTime(nowSeconds + (expired ? -1800 : 600))
    .sign(key)
}

function authority() {
  return {
    authorityHost: tenant.emulator.authorityHost,
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 }
  }
}

function withAssertion(claims?: Claims) {
  const { tenantId, clientId } = tenant.emulator
  return new ClientAssertionCredential(tenantId, clientId, () => assertion(claims), authority())
}

describe('the token of a foreign issuer', () => {
  beforeEach(() => tenant.emulator.setCredentials({ federated: [{ issuer, subject, publicKeyPem }] }))

  test('stands for a secret when it is registered', async () => {
    const { token } = await withAssertion().getToken(scope)
    expect(decodeJwt(token)).toMatchObject({ appidacr: '2', roles: tenant.emulator.application.granted })
    const authorization = `Bearer ${token}`
    expect((await tenant.graph('GET', '/organization', undefined, { authorization })).status).toBe(200)
  })

  test('is read from a file, as in Kubernetes', async () => {
    const { tenantId, clientId, caFile } = tenant.emulator
    const tokenFilePath = join(dirname(caFile), 'federated-token')
    await writeFile(tokenFilePath, await assertion())
    const credential = new WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath, ...authority() })
    expect((await credential.getToken(scope)).token).toMatch(/^ey/)
  })

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const refusals: readonly (readonly [string, Claims, string])[] = [
    [
      'of another issuer',
      { iss: 'https://other.example' },
      "AADSTS700211: No matching federated identity record found for presented assertion issuer 'https://other.example'"
    ],
    [
      'for another audience',
      { aud: 'api://other' },
      "AADSTS700212: No matching federated identity record found for presented assertion audience 'api://other'"
    ],
    [
      'of another subject',
      { sub: subject.toUpperCase() },
      'AADSTS700213: No matching federated identity record found for presented assertion subject'
    ],
    ['that has expired', { expired: true }, 'AADSTS700024'],
    ['that somebody else signed', { key: stranger }, 'AADSTS700027']
  ]

  test.each(refusals)('is refused when it is one %s', async (_name, claims, message) => {
    await expect(withAssertion(claims).getToken(scope)).rejects.toThrow(message)
  })

  test('is refused when no credential is registered', async () => {
    tenant.emulator.setCredentials({ federated: [] })
    await expect(withAssertion().getToken(scope)).rejects.toThrow('AADSTS70025')
  })

  test('is registered and removed while the emulator runs', async () => {
    tenant.emulator.setCredentials({ federated: [] })
    const jwks = { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), alg: 'RS256' }] }
    await register({ issuer, subject, jwks })
    expect((await withAssertion().getToken(scope)).token).toMatch(/^ey/)
    await register({ issuer, subject, removed: true })
    await expect(withAssertion().getToken(scope)).rejects.toThrow('AADSTS70025')
  })
})

describe('a managed identity', () => {
  beforeEach(() => {
    vi.stubEnv('IDENTITY_ENDPOINT', tenant.emulator.managedIdentity.endpoint)
    vi.stubEnv('IDENTITY_HEADER', tenant.emulator.managedIdentity.header)
  })

  afterEach(() => vi.unstubAllEnvs())

  test('gets a token that Graph takes', async () => {
    const { token, expiresOnTimestamp } = await new ManagedIdentityCredential().getToken(scope)
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now() + 3_000_000)
    const authorization = `Bearer ${token}`
    expect((await tenant.graph('GET', '/organization', undefined, { authorization })).status).toBe(200)
  })

  test('may be named', async () => {
    const named = new ManagedIdentityCredential({ clientId: tenant.emulator.clientId })
    expect((await named.getToken(scope)).token).toMatch(/^ey/)
    const other = new ManagedIdentityCredential({ clientId: '00000000-0000-4000-8000-000000000000' })
    await expect(other.getToken(scope)).rejects.toThrow('No managed identity')
  })

  test('is not for who does not know the header', async () => {
    const { endpoint } = tenant.emulator.managedIdentity
    const url = `${endpoint}?api-version=2019-08-01&resource=https://graph.microsoft.com`
    const answers = await Promise.all([fetch(url), fetch(url, { headers: { 'x-identity-header': 'wrong' } })])
    expect(answers.map(answer => answer.status)).toEqual([403, 403])
  })
})

test('a token without permissions is refused by Graph, with the right words', async () => {
  await using bare = await startTestTenant({ permissions: [] })
  const answer = await bare.graph('GET', '/users')
  expect(answer.status).toBe(403)
  expect(errorOf(answer)).toMatchObject({
    code: 'Authorization_RequestDenied',
    message: 'Insufficient privileges to complete the operation.'
  })
})

async function register(body: object): Promise<void> {
  const url = `${tenant.emulator.graphUrl}/emulator/federated-credentials`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  expect(answer.status).toBe(200)
}
