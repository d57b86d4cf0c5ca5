import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEntra } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { connect, newUser } from './tenant.ts'

let emulator: EntraEmulator
beforeAll(async () => {
  emulator = await startEntraEmulator({
    tenant: { displayName: 'Fabrikam', domains: ['fabrikam.com'], unverifiedDomains: ['later.example'] }
  })
})
afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
})
beforeEach(() => emulator.faults.clear())

it('tells who the tenant is', async () => {
  const facts = await connect(emulator).check()
  expect(facts).toMatchObject({ tenantId: emulator.tenantId, displayName: 'Fabrikam' })
  expect(facts.initialDomain).toMatch(/\.onmicrosoft\.com$/)
  expect(facts.verifiedDomains.toSorted()).toEqual(['fabrikam.com', facts.initialDomain].toSorted())
})

it('a wrong secret is for a person, and is not repeated', async () => {
  const entra = connect(emulator, { clientSecret: 'not-the-secret' })
  await expect(entra.check()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-credentials' })
  await expect(entra.check()).rejects.toThrow(expect.not.stringContaining('not-the-secret'))
  await expect(entra.writeObjects([newUser('anna'), newUser('bert')])).rejects.toMatchObject({
    code: 'graph-credentials'
  })
})

it('goes on once the secret is right', async () => {
  const secret = emulator.clientSecret
  const entra = connect(emulator)
  emulator.setCredentials({ clientSecret: 'another' })
  await expect(entra.check()).rejects.toMatchObject({ code: 'graph-credentials' })
  emulator.setCredentials({ clientSecret: secret })
  expect(await entra.check()).toMatchObject({ displayName: 'Fabrikam' })
})

it.skipIf(spawnSync('openssl', ['version']).status !== 0)(
  'a certificate serves in place of a secret',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entra-certificate-'))
    try {
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
      const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=dirsync']
      execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
      const certificatePem = await readFile(certificate, 'utf8')
      const both = join(folder, 'both.pem')
      await writeFile(both, `${await readFile(key, 'utf8')}${certificatePem}`)

      const entra = connect(emulator, { certificatePath: both })
      await expect(entra.check()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-credentials' })
      emulator.setCredentials({ clientCertificatePem: certificatePem })
      // The token library rounds the time of its assertion up to a full second, so it may not have come yet.
      await vi.waitFor(async () => expect(await entra.check()).toMatchObject({ displayName: 'Fabrikam' }))
    } finally {
      await rm(folder, { recursive: true })
    }
  }
)

it('an unknown application is for a person', async () => {
  const entra = connect(emulator, { clientId: '00000000-0000-4000-8000-000000000000' })
  await expect(entra.check()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-credentials' })
})

it('an unknown tenant is for a person', async () => {
  const entra = connect(emulator, { tenantId: '00000000-0000-4000-8000-000000000000' })
  await expect(entra.check()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-tenant' })
})

it('a missing right is for a person', async () => {
  const entra = connect(emulator)
  emulator.faults.add({
    target: 'request',
    pathContains: '/organization',
    status: 403,
    code: 'Authorization_RequestDenied',
    times: 1
  })
  await expect(entra.check()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-permissions' })
})

it('a certificate that is not trusted is for a person', async () => {
  await using stranger = await startEntraEmulator()
  const { caFile: _untrusted, ...rest } = stranger
  const wrong = connect(stranger, { caFile: emulator.caFile })
  await expect(wrong.check()).rejects.toMatchObject({ name: 'SetupError', code: 'graph-certificate' })
  await expect(wrong.check()).rejects.toThrow(new URL(rest.graphUrl).host)
  const right = connect(stranger)
  expect(await right.check()).toMatchObject({ tenantId: stranger.tenantId })
})

it('a CA file that is missing or holds no certificate is for a person', async () => {
  const empty = `${emulator.caFile}.empty`
  await writeFile(empty, 'nothing')
  expect(() => connect(emulator, { caFile: `${emulator.caFile}.missing` })).toThrow(/cannot be read/)
  expect(() => connect(emulator, { caFile: empty })).toThrow(/holds no PEM certificate/)
})

it.each([
  ['an http address', { graphUrl: 'http://localhost:1' }, 'graph-url'],
  ['no address', { graphUrl: 'graph' }, 'graph-url'],
  ['an http authority', { authorityHost: 'http://localhost:1' }, 'graph-authority'],
  ['no secret', { clientSecret: '' }, 'graph-credentials'],
  ['a certificate that is not there', { certificatePath: '/nowhere/certificate.pem' }, 'graph-credentials'],
  ['a certificate without its key', { certificatePath: import.meta.filename }, 'graph-credentials'],
  ['a tenant id that is none', { tenantId: 'a b' }, 'graph-credentials']
])('%s is for a person', (_what, changes, code) => {
  expect(() =>
    connectEntra({
      tenantId: emulator.tenantId,
      clientId: 'c',
      clientSecret: 's',
      mode: 'export',
      ...changes
    })
  ).toThrow(expect.objectContaining({ name: 'SetupError', code }))
})

it('a tenant that cannot be reached is an outage', async () => {
  const entra = connect(emulator, { graphUrl: 'https://127.0.0.1:1', authorityHost: 'https://127.0.0.1:1' })
  await expect(entra.check()).rejects.toMatchObject({ name: 'UnavailableError', system: 'entra' })
})
