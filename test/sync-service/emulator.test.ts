import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { type AddressInfo, createServer, connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createAuthority, type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { type Credential, connectSyncService, type SyncServiceOptions } from '@opendirsync/sync-service'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rsaKeys } from './rsa-keys.ts'

const role = 'ADSynchronization.ReadWrite.All'
const tenantId = '00000000-0000-0000-0000-000000000000'

let folder: string
let certificatePath: string
let emulator: EntraEmulator

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sync-emulator-'))
  certificatePath = join(folder, 'client.pem')
  const application = createAuthority('A test application', rsaKeys())
  await writeFile(certificatePath, application.keyPem + application.certificatePem)
  emulator = await startEntraEmulator({
    tenant: { id: tenantId },
    folder,
    clientCertificatePem: application.certificatePem
  })
})

afterAll(async () => {
  await emulator[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

beforeEach(() => {
  emulator.faults.clear()
  emulator.application.grant([role])
  emulator.synchronization.change({
    directorySync: true,
    features: { PasswordHashSync: true, EnableUserForcePasswordChangeOnLogon: false },
    redirectedTo: null
  })
})

function connect(options: Partial<SyncServiceOptions> = {}, at = emulator) {
  return connectSyncService({
    tenantId,
    clientId: at.clientId,
    certificatePath,
    authorityHost: at.authorityHost,
    endpoint: at.syncServiceUrl,
    caFile: at.caFile,
    mode: 'export',
    ...options
  })
}

function addPeople(prefix: string, count: number): readonly string[] {
  const names = Array.from({ length: count }, (_each, index) => `${prefix}${index}`)
  emulator.administration.createUsers(
    names.map(name => ({ userPrincipalName: `${name}@contoso.com`, onPremisesImmutableId: anchorOf(name) }))
  )
  return names
}

function anchorOf(name: string): string {
  return Buffer.from(name.padEnd(16)).toString('base64')
}

/** `Pa$$w0rd`, or nothing at all: the two of which the hashes are published. */
const known = {
  Pa$$w0rd:
    'v1;PPH1_MD4,181a3024085fcee2f70e,1000,b39525c3bc72a1136fcf7c8a338e0c14313d0450d1a4c98ef0a6ddada3bc5b0a;',
  '': 'v1;PPH1_MD4,01cda06eceb9d9bc2621,1000,9d4fc778add44776555d3fa6ccb4f9637f25e34a62dbc5fa0f782ef8c762c902;'
}

function credential(name: string, password: keyof typeof known = 'Pa$$w0rd', forced = false): Credential {
  return {
    sourceAnchor: anchorOf(name),
    credentialData: Buffer.from(known[password]),
    changeDate: new Date('2026-11-22T12:00:00Z'),
    forcePasswordChangeOnLogon: forced
  }
}

interface Told {
  readonly signedIn?: boolean
  readonly reason?: string
  readonly arrivals?: number
  readonly taken?: number
}

function ask(path: string, body: object): Promise<Told> {
  return new Promise((resolve, reject) => {
    const { graphUrl, caPem } = emulator
    const sent = request(`${graphUrl}/emulator/${path}`, { ca: caPem, method: 'POST' }, response => {
      text(response).then(answer => resolve(JSON.parse(answer) as Told), reject)
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

const signIn = (name: string, password: string) =>
  ask('sign-in', { userPrincipalName: `${name}@contoso.com`, password })

const arrivalsOf = async (name: string) =>
  (await ask('passwords/verify', { anchor: anchorOf(name), password: '' })).arrivals

describe('the tenant', () => {
  it('is checked, and a feature is switched on', async () => {
    emulator.synchronization.change({ features: { PasswordHashSync: false } })
    using sync = connect()
    await expect(sync.check()).rejects.toMatchObject({ code: 'sync-service-password-sync-off' })
    expect(await sync.setFeature('passwordHashSync', true)).toMatchObject({ passwordHashSync: true })
    expect(await sync.check()).toMatchObject({
      tenantId,
      displayName: 'Contoso',
      isDirSyncing: true,
      features: { passwordHashSync: true, softMatchOnUpn: true, passwordWriteback: false }
    })
  })

  it('says what a person must do', async () => {
    emulator.synchronization.change({ directorySync: false })
    using sync = connect()
    await expect(sync.check()).rejects.toMatchObject({ code: 'sync-service-directory-sync-off' })
    const name = 'nobody'
    await expect(sync.provisionCredentials([credential(name)])).rejects.toMatchObject({
      code: 'sync-service-directory-sync-off'
    })
    emulator.synchronization.change({ directorySync: true })
    using old = connect({ buildNumber: '1.5.29.0' })
    await expect(old.check()).rejects.toMatchObject({ code: 'sync-service-version' })
    using elsewhere = connect({ tenantId: '11111111-0000-0000-0000-000000000000' })
    await expect(elsewhere.check()).rejects.toMatchObject({ code: 'sync-service-tenant' })
    emulator.application.revoke([role])
    using unpermitted = connect()
    await expect(unpermitted.check()).rejects.toMatchObject({ code: 'sync-service-permissions' })
    await expect(unpermitted.readCompany()).rejects.toMatchObject({ code: 'sync-service-permissions' })
  })

  it('has no service before directory synchronization was ever activated', async () => {
    const { clientCertificatePem = '' } = emulator
    await using other = await startEntraEmulator({ tenant: { id: tenantId }, clientCertificatePem })
    using sync = connect({}, other)
    await expect(sync.check()).rejects.toMatchObject({ code: 'sync-service-directory-sync-off' })
  })

  it('gives no token for a certificate that is not registered', async () => {
    const stranger = createAuthority('Somebody else', rsaKeys())
    const path = join(folder, 'stranger.pem')
    await writeFile(path, stranger.keyPem + stranger.certificatePem)
    using sync = connect({ certificatePath: path })
    await expect(sync.check()).rejects.toMatchObject({ code: 'sync-service-credentials' })
  })
})

describe('passwords', () => {
  it('sign their owners in', async () => {
    const names = addPeople('ann', 120)
    using sync = connect()
    const outcomes = await sync.provisionCredentials(names.map(name => credential(name)))
    expect(new Set([...outcomes.values()].map(({ result }) => result))).toEqual(new Set(['written']))
    for (const name of names) expect(await signIn(name, 'Pa$$w0rd')).toMatchObject({ signedIn: true })
    expect(await signIn('ann0', 'pa$$w0rd')).toMatchObject({ reason: 'wrongPassword' })
    expect((await sync.readCompany()).isPasswordSyncing).toBe(true)
  })

  it('count as they came last', async () => {
    addPeople('bob', 1)
    using sync = connect()
    for (let change = 0; change < 10; change += 1)
      await sync.provisionCredentials([credential('bob0', change % 2 === 0 ? 'Pa$$w0rd' : '')])
    expect(await arrivalsOf('bob0')).toBe(10)
    expect(await signIn('bob0', '')).toMatchObject({ signedIn: true })
    expect(await signIn('bob0', 'Pa$$w0rd')).toMatchObject({ reason: 'wrongPassword' })
  })

  it('must be changed where the feature is on', async () => {
    addPeople('cid', 1)
    using sync = connect()
    await sync.setFeature('userForcePasswordChangeOnLogon', true)
    await sync.provisionCredentials([credential('cid0', 'Pa$$w0rd', true)])
    expect(await signIn('cid0', 'Pa$$w0rd')).toMatchObject({ reason: 'mustChangePassword' })
  })

  it('of people who are not there yet are asked for again', async () => {
    using sync = connect()
    const [early] = (await sync.provisionCredentials([credential('dan0')])).values()
    expect(early).toMatchObject({ result: 'later', cause: 'missing' })
    addPeople('dan', 1)
    const [later] = (await sync.provisionCredentials([credential('dan0')])).values()
    expect(later).toEqual({ result: 'written' })
  })

  it('in another form are refused, and those beside them taken', async () => {
    addPeople('eve', 2)
    using sync = connect()
    const wrong = { ...credential('eve0'), credentialData: Buffer.from('v1;PPH1_MD4,00,1000,00;') }
    const outcomes = await sync.provisionCredentials([wrong, credential('eve1')])
    expect([...outcomes.values()]).toEqual([
      expect.objectContaining({ result: 'refused', code: 'result-1' }),
      { result: 'written' }
    ])
  })
})

describe('trouble', () => {
  it('a pause is kept, and then it goes on', async () => {
    addPeople('fay', 1)
    using sync = connect()
    emulator.faults.add({ target: 'sync-service', times: 1, status: 429, retryAfterSeconds: 0.5 })
    const [first] = (await sync.provisionCredentials([credential('fay0')])).values()
    expect(first).toMatchObject({ result: 'later', cause: 'throttled' })
    await waitFor(async () => {
      const [outcome] = (await sync.provisionCredentials([credential('fay0')])).values()
      return outcome?.result === 'written'
    })
    expect(await arrivalsOf('fay0')).toBe(1)
  })

  it('a token that is taken back is replaced', async () => {
    addPeople('gil', 2)
    using sync = connect()
    await sync.provisionCredentials([credential('gil0')])
    emulator.revokeTokens()
    const [outcome] = (await sync.provisionCredentials([credential('gil1')])).values()
    expect(outcome).toEqual({ result: 'written' })
  })

  it('what was taken, and whose answer was lost, may be sent again', async () => {
    addPeople('hal', 1)
    using sync = connect()
    // A connection that was kept may just have been closed: there, the client sends again by itself.
    emulator.faults.add({ target: 'sync-service', times: 2, drop: true, carriedOut: true })
    const [lost] = (await sync.provisionCredentials([credential('hal0')])).values()
    expect(lost).toMatchObject({ result: 'later' })
    expect(await signIn('hal0', 'Pa$$w0rd')).toMatchObject({ signedIn: true })
    const [again] = (await sync.provisionCredentials([credential('hal0')])).values()
    expect(again).toEqual({ result: 'written' })
    expect(await arrivalsOf('hal0')).toBe(3)
  })

  it('what is too large is sent in parts', async () => {
    const names = addPeople('ida', 4)
    using sync = connect()
    emulator.faults.add({ target: 'sync-service', times: 1, status: 413 })
    const outcomes = await sync.provisionCredentials(names.map(name => credential(name)))
    expect([...outcomes.values()].every(({ result }) => result === 'written')).toBe(true)
    expect(emulator.passwords.toJSON().calls).toBeGreaterThan(2)
  })

  it.each([{ html: true }, { half: 'json' as const }, { status: 500, message: 'Something has failed.' }])(
    '%j is waited out',
    async fault => {
      using sync = connect()
      emulator.faults.add({ target: 'sync-service', times: 1, ...fault })
      const [outcome] = (await sync.provisionCredentials([credential('nobody')])).values()
      expect(outcome).toMatchObject({ result: 'later' })
      expect(outcome).not.toHaveProperty('cause')
    }
  )

  it('a call goes to the host that it is sent to', async () => {
    addPeople('joe', 1)
    let connections = 0
    const scaleUnit = createServer(socket => {
      connections += 1
      const inner = openSocket(emulator.port, '127.0.0.1')
      for (const each of [socket, inner]) each.on('error', () => {})
      socket.pipe(inner).pipe(socket)
    })
    await new Promise<void>(resolve => scaleUnit.listen(0, '127.0.0.1', resolve))
    const { port } = scaleUnit.address() as AddressInfo
    emulator.synchronization.change({ redirectedTo: `https://localhost:${port}` })
    {
      using sync = connect()
      const [outcome] = (await sync.provisionCredentials([credential('joe0')])).values()
      expect(outcome).toEqual({ result: 'written' })
      expect(connections).toBe(1)
    }
    await new Promise(resolve => scaleUnit.close(resolve))
  })
})
