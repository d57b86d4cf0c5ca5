import { execFileSync, spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from './tenant.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let emulator: EntraEmulator
let folder: string
beforeAll(async () => {
  // Tokens are renewed five minutes before they end: each request asks for another.
  emulator = await startEntraEmulator({ tokenLifetimeSeconds: 60 })
  folder = await mkdtemp(join(tmpdir(), 'entra-credentials-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await emulator[Symbol.asyncDispose]()
})

const refused = { name: 'SetupError', code: 'graph-credentials' }

it('a secret that is replaced counts with the next token', async () => {
  let secret = emulator.clientSecret
  const entra = connect(emulator, { clientSecret: () => secret })
  await entra.check()
  const first = secret
  emulator.setCredentials({ clientSecret: 'second' })
  await expect(entra.check()).rejects.toMatchObject(refused)
  secret = 'second'
  expect(await entra.check()).toMatchObject({ tenantId: emulator.tenantId })
  emulator.setCredentials({ clientSecret: first })
})

describe.skipIf(!hasOpenssl)('a certificate', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tells when it expires, and another one counts with the next token', async () => {
    const path = await certificate('both.pem', 40)
    const entra = connect(emulator, { certificatePath: path })
    await register(path)
    // The token library rounds the time of its assertion up to a full second, so it may not have come yet.
    const { certificateExpiresAt = '' } = await vi.waitFor(() => entra.check())
    const days = (Date.parse(certificateExpiresAt) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(39)
    expect(days).toBeLessThan(41)

    await certificate('both.pem', 80)
    await expect(entra.check()).rejects.toMatchObject(refused)
    await register(path)
    const renewed = await vi.waitFor(() => entra.check())
    expect(Date.parse(renewed.certificateExpiresAt ?? '')).toBeGreaterThan(Date.parse(certificateExpiresAt))
  })

  it('that has expired is for a person, and says when', async () => {
    const path = await certificate('expired.pem', 2)
    const entra = connect(emulator, { certificatePath: path })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 86_400_000 })
    const message = /expired\.pem expired on \d{4}-\d\d-\d\d\. Register a new one/
    await expect(entra.check()).rejects.toMatchObject({ ...refused, message: expect.stringMatching(message) })
  })

  it('with the key of another one is for a person', async () => {
    const [one, other] = [await certificate('one.pem', 2), await certificate('other.pem', 2)]
    const mixed = join(folder, 'mixed.pem')
    const key = (await readFile(other, 'utf8')).split('-----BEGIN CERTIFICATE')[0] ?? ''
    const [, rest = ''] = (await readFile(one, 'utf8')).split('-----BEGIN CERTIFICATE')
    await writeFile(mixed, `${key}-----BEGIN CERTIFICATE${rest}`)
    expect(() => connect(emulator, { certificatePath: mixed })).toThrow(
      /is not that of the first certificate/
    )
  })

  /** A file with a new key and its certificate. */
  async function certificate(name: string, days: number): Promise<string> {
    const [key, pem] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=dirsync']
    const rest = ['-days', String(days), '-keyout', key, '-out', pem]
    execFileSync('openssl', [...request, ...rest], { stdio: 'ignore' })
    const path = join(folder, name)
    await writeFile(path, `${await readFile(key, 'utf8')}${await readFile(pem, 'utf8')}`)
    return path
  }

  async function register(path: string): Promise<void> {
    const [, pem = ''] = /(-----BEGIN CERTIFICATE[\s\S]+)/.exec(await readFile(path, 'utf8')) ?? []
    emulator.setCredentials({ clientCertificatePem: pem })
  }
})

describe('a federated token', () => {
  const issuer = 'https://kubernetes.example'
  const subject = 'system:serviceaccount:opendirsync:export'
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })

  function token(claims: Readonly<Record<string, unknown>> = {}): string {
    const now = Math.floor(Date.now() / 1_000)
    const times = { iat: now, nbf: now, exp: now + 600 }
    const all = { iss: issuer, sub: subject, aud: 'api://AzureADTokenExchange', ...times, ...claims }
    const parts = [{ alg: 'RS256', typ: 'JWT' }, all].map(part => base64url(JSON.stringify(part)))
    const signed = parts.join('.')
    return `${signed}.${sign('sha256', Buffer.from(signed), keys.privateKey).toString('base64url')}`
  }

  const base64url = (text: string) => Buffer.from(text).toString('base64url')

  beforeAll(() => {
    const publicKeyPem = createPublicKey(keys.publicKey.export({ type: 'spki', format: 'pem' }))
      .export({ type: 'spki', format: 'pem' })
      .toString()
    emulator.setCredentials({ federated: [{ issuer, subject, publicKeyPem }] })
  })

  it('serves in place of a secret, and is read anew for each token', async () => {
    const path = join(folder, 'token')
    const entra = connect(emulator, { federatedTokenPath: path })
    await expect(entra.check()).rejects.toThrow(/token cannot be read/)
    await writeFile(path, '\n')
    await expect(entra.check()).rejects.toThrow(/token is empty/)
    await writeFile(path, `${token()}\n`)
    expect(await entra.check()).toMatchObject({ tenantId: emulator.tenantId })

    await writeFile(path, token({ exp: 1, nbf: 0, iat: 0 }))
    await expect(entra.check()).rejects.toMatchObject(refused)
    await writeFile(path, token())
    expect(await entra.check()).toMatchObject({ tenantId: emulator.tenantId })
  })

  it.each([
    ['of another issuer', () => token({ iss: 'https://other.example' })],
    ['of another subject', () => token({ sub: 'system:serviceaccount:other:export' })],
    ['for another audience', () => token({ aud: 'other' })],
    ['that is none', () => 'nothing']
  ])('%s is for a person', async (_what, text) => {
    const path = join(folder, 'wrong-token')
    await writeFile(path, text())
    await expect(connect(emulator, { federatedTokenPath: path }).check()).rejects.toMatchObject(refused)
  })
})

describe('a managed identity', () => {
  function onMachine({ endpoint, header }: EntraEmulator['managedIdentity']): void {
    vi.stubEnv('IDENTITY_ENDPOINT', endpoint)
    vi.stubEnv('IDENTITY_HEADER', header)
  }
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it.each(['system-assigned', 'user-assigned'] as const)('%s', async managedIdentity => {
    onMachine(emulator.managedIdentity)
    const entra = connect(emulator, { managedIdentity })
    expect(await entra.check()).toMatchObject({ tenantId: emulator.tenantId, missing: [] })
  })

  it('that the machine does not have is for a person', async () => {
    onMachine(emulator.managedIdentity)
    const clientId = '00000000-0000-4000-8000-000000000000'
    const entra = connect(emulator, { managedIdentity: 'user-assigned', clientId })
    await expect(entra.check()).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('no such managed identity')
    })
  })
})

it('two credentials are for a person', () => {
  expect(() =>
    connect(emulator, { federatedTokenPath: '/nowhere', managedIdentity: 'system-assigned' })
  ).toThrow(expect.objectContaining(refused))
})
