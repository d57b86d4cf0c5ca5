import { createServer } from 'node:net'
import {
  type ControllerSource,
  connectDirectory,
  type DirectoryServer,
  DomainControllers,
  type DomainControllersOptions,
  encodePassword,
  watch,
  watchHealth
} from '@opendirsync/active-directory'
import {
  freePort,
  joinDomainController,
  replicate,
  type SambaDomain,
  startSambaDomain
} from '@opendirsync/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startDnsServer, type Zone } from './dns-server.ts'
import { readChanges } from './domain-fixture.ts'

let started: AsyncDisposableStack
let dc1: SambaDomain
let dc2: SambaDomain

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  dc1 = stack.use(await startSambaDomain({ dns: true }))
  dc2 = stack.use(await joinDomainController(dc1, { site: 'Branch' }))
  started = stack.move()
}, 240_000)
afterAll(() => started.disposeAsync())

// Each test finds both controllers as they were.
afterEach(async () => {
  for (const controller of [dc1, dc2]) {
    controller.thaw()
    await controller.start()
  }
})

function controllersOf(
  source: ControllerSource,
  change: Partial<DirectoryServer> = {},
  more: Partial<DomainControllersOptions> = {}
) {
  const { bindDn, password, caFile } = dc1
  // Short, for a machine whose controllers answer within milliseconds.
  const account = { bindDn, password, caFile, connectTimeoutMs: 2_000, ...change }
  return new DomainControllers({ source, account, ...more })
}

const listed = (...controllers: (SambaDomain | string)[]): ControllerSource => ({
  kind: 'list',
  urls: controllers.map(each => (typeof each === 'string' ? each : each.url))
})
const inDns = (more: { site?: string; dnsServers?: readonly string[] } = {}): ControllerSource => ({
  kind: 'dns',
  domain: 'corp.example.test',
  dnsServers: [dc1.host, dc2.host],
  dnsTimeoutMs: 500,
  ...more
})

/** Connects, lets go at once, and tells what is of interest. */
async function connect(controllers: DomainControllers, signal?: AbortSignal) {
  const { connection, ...connected } = await controllers.connect(signal)
  await connection[Symbol.asyncDispose]()
  return { ...connected, failedUrls: connected.failed.map(({ url }) => url) }
}

/** A place that takes connections and says nothing, and counts them. */
async function silentServer() {
  const port = await freePort()
  const state = { connections: 0, url: `ldaps://127.0.0.1:${port}` }
  const server = createServer(socket => {
    state.connections++
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return state
}

describe('domain controllers of a list', () => {
  it('passes over a dead address and a silent one, and remembers which works', async () => {
    const dead = `ldaps://127.0.0.1:${await freePort()}`
    const silent = await silentServer()
    const controllers = controllersOf(listed(dead, silent.url, dc1), { connectTimeoutMs: 500 })
    expect(await connect(controllers)).toMatchObject({ url: dc1.url, failedUrls: [dead, silent.url] })
    expect(controllers.aside.map(({ url }) => url)).toEqual([dead, silent.url])
    expect(await connect(controllers)).toMatchObject({ url: dc1.url, failedUrls: [] })
    expect(silent.connections).toBe(1)
  })

  it('changes over within seconds when the one in use is killed, and comes back to neither without need', async () => {
    const controllers = controllersOf(listed(dc1, dc2))
    const { connection, url } = await controllers.connect()
    expect(url).toBe(dc1.url)
    const startedAt = performance.now()
    await dc1.kill9()
    expect(await connection.closed).toMatchObject({ name: 'UnavailableError' })
    const after = await connect(controllers)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(after).toMatchObject({
      url: dc2.url,
      failedUrls: [dc1.url],
      rootDse: { dnsHostName: 'dc2.corp.example.test' }
    })
    await dc1.start()
    expect(await connect(controllers)).toMatchObject({ url: dc2.url, failedUrls: [] })
  })

  it('notices that one has become too slow while it waits for a notification, and leaves it', async () => {
    const controllers = controllersOf(listed(dc2, dc1))
    const { connection, url } = await controllers.connect()
    await using _ = connection
    const { signal } = new AbortController()
    const { ended } = await watch(connection, dc2.baseDn, () => undefined, signal)
    ended.catch(() => undefined)
    const health = watchHealth(connection, { everyMs: 50, answerWithinMs: 500, signal })
    // It is well at first: the wait for changes holds up no other answer.
    await connection.ping(2_000)
    dc2.freeze()
    await expect(health).rejects.toThrow(/is slow/)
    controllers.leave(url, 'slow')
    expect(await connect(controllers)).toMatchObject({ url: dc1.url, failedUrls: [] })
  })

  it('passes over one that takes the connection and answers nothing', async () => {
    dc1.freeze()
    const startedAt = performance.now()
    expect(await connect(controllersOf(listed(dc1, dc2)))).toMatchObject({
      url: dc2.url,
      failedUrls: [dc1.url]
    })
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })

  it('tries even those put aside when there is nothing better', async () => {
    const controllers = controllersOf(listed(dc1, dc2))
    controllers.leave(dc1.url, 'slow')
    controllers.leave(dc2.url, 'rolled back')
    expect(controllers.aside.map(({ reason }) => reason)).toEqual(['slow', 'rolled back'])
    expect((await connect(controllers)).failedUrls).toEqual([])
    expect(controllers.aside).toHaveLength(1)
  })

  it('tells what is wrong with each when none can be used', async () => {
    const dead = `ldaps://127.0.0.1:${await freePort()}`
    const failed = connect(controllersOf(listed(dead, dc1), { serverName: 'dc9.corp.example.test' }))
    await expect(failed).rejects.toMatchObject({ name: 'UnavailableError' })
    await expect(failed).rejects.toThrow(dead)
    await expect(failed).rejects.toThrow(/dc9\.corp\.example\.test/)
  })

  it('stops at once when it is told to', async () => {
    const silent = await silentServer()
    const stop = new AbortController()
    const connecting = connect(controllersOf(listed(silent.url, dc1)), stop.signal)
    stop.abort(new Error('stopped'))
    await expect(connecting).rejects.toThrow('stopped')
  })
})

describe('a logon that is refused', () => {
  const badPasswords = async (domain: SambaDomain, dn: string) => {
    await using connection = await connectDirectory(serverOf(domain))
    const attributes = ['badPwdCount'] as const
    for await (const entry of connection.search({ base: dn, scope: 'base', attributes })) {
      return Number(entry.attributes[0]?.values[0] ?? 0)
    }
    throw new Error(`${dn} is not there`)
  }

  it('is tried once in all, on one controller', async () => {
    const dn = `CN=svc,CN=Users,${dc1.baseDn}`
    await using connection = await connectDirectory(serverOf(dc1))
    await connection.add(dn, {
      objectClass: 'user',
      sAMAccountName: 'svc',
      userPrincipalName: 'svc@corp.example.test',
      unicodePwd: encodePassword('Correct.Horse.7'),
      userAccountControl: '512'
    })
    // Samba counts only where an account can be locked.
    const lockout = { operation: 'replace', attribute: 'lockoutThreshold', values: ['5'] } as const
    await connection.modify(dc1.baseDn, [lockout])
    await replicate(dc1, dc2)
    const controllers = controllersOf(listed(dc1, dc2), {
      bindDn: 'svc@corp.example.test',
      password: 'Wrong.Horse.7'
    })
    await expect(connect(controllers)).rejects.toMatchObject({ name: 'SetupError', code: 'ad-credentials' })
    expect([await badPasswords(dc1, dn), await badPasswords(dc2, dn)]).toEqual([1, 0])
    expect(controllers.aside).toEqual([])
  })
})

describe('domain controllers in DNS', () => {
  it.each([
    ['Branch', 'dc2'],
    ['Default-First-Site-Name', 'dc1']
  ])('those of the site %s come first', async (site, expected) => {
    const connected = await connect(controllersOf(inDns({ site })))
    expect(connected).toMatchObject({
      url: `ldaps://${expected}.corp.example.test:636`,
      rootDse: { dnsHostName: `${expected}.corp.example.test` }
    })
  })

  it('changes to another site when the own has none that works, while one DNS server is gone too', async () => {
    const controllers = controllersOf(inDns({ site: 'Default-First-Site-Name' }))
    await dc1.kill9()
    expect(await connect(controllers)).toMatchObject({
      url: 'ldaps://dc2.corp.example.test:636',
      failedUrls: ['ldaps://dc1.corp.example.test:636']
    })
  })

  it('takes any controller for a site that does not exist, over StartTLS too', async () => {
    const controllers = controllersOf(inDns({ site: 'Nowhere' }), { startTls: true })
    expect((await connect(controllers)).url).toMatch(/^ldap:\/\/dc[12]\.corp\.example\.test:389$/)
  })

  it('says so when DNS knows no such domain, or does not answer', async () => {
    const unknown: ControllerSource = { kind: 'dns', domain: 'nowhere.test', dnsServers: [dc1.host] }
    await expect(connect(controllersOf(unknown))).rejects.toMatchObject({ code: 'ad-dns' })
    const nobody = inDns({ dnsServers: [`127.0.0.1:${await freePort()}`] })
    await expect(connect(controllersOf(nobody))).rejects.toMatchObject({ name: 'UnavailableError' })
  })

  it('asks DNS again when all that it knows have failed', async () => {
    const zone: Zone = {
      controllers: [dc2.serverName],
      addresses: { [dc1.serverName]: dc1.host, [dc2.serverName]: dc2.host }
    }
    const dnsServers = [await dnsServer(zone)]
    const controllers = controllersOf(inDns({ dnsServers }), {}, { now: () => 0 })
    expect((await connect(controllers)).url).toContain('dc2')
    zone.controllers = [dc1.serverName]
    expect((await connect(controllers)).url).toContain('dc2')
    await dc2.kill9()
    expect(await connect(controllers)).toMatchObject({
      url: 'ldaps://dc1.corp.example.test:636',
      failedUrls: ['ldaps://dc2.corp.example.test:636']
    })
  })

  it('have certificates for the names that DNS told', async () => {
    const controllers = ['dc9.corp.example.test']
    const dnsServers = [await dnsServer({ controllers, addresses: { 'dc9.corp.example.test': dc1.host } })]
    const failed = connect(controllersOf(inDns({ dnsServers })))
    await expect(failed).rejects.toMatchObject({ name: 'SetupError', code: 'ad-certificate' })
  })
})

describe('a controller that is not what it should be', () => {
  it('is passed over when its certificate has another name', async () => {
    const { url, failed } = await connect(controllersOf(listed(dc1, dc2), { serverName: dc2.serverName }))
    expect(url).toBe(dc2.url)
    expect(failed).toMatchObject([{ url: dc1.url, error: { code: 'ad-certificate' } }])
  })

  it('is refused when it serves another domain', async () => {
    const failed = connect(controllersOf(listed(dc1, dc2), {}, { namingContext: 'DC=other,DC=test' }))
    await expect(failed).rejects.toMatchObject({ name: 'SetupError', code: 'ad-domain' })
    await expect(failed).rejects.toThrow(/serves DC=corp,DC=example,DC=test, not DC=other,DC=test/)
    const spelledOtherwise = controllersOf(listed(dc1), {}, { namingContext: 'dc=corp, dc=Example, dc=test' })
    expect((await connect(spelledOtherwise)).url).toBe(dc1.url)
  })
})

it('goes on at the other controller with the same cookie, and gets just what has changed', async () => {
  const controllers = controllersOf(listed(dc1, dc2))
  const first = await controllers.connect()
  const request = {
    namingContext: dc1.baseDn,
    attributes: ['cn', 'description'],
    filter: '(objectClass=user)'
  }
  const full = await readChanges(first.connection, request)
  expect(full.changes.length).toBeGreaterThan(3)
  await first.connection.modify(`CN=Guest,CN=Users,${dc1.baseDn}`, [
    { operation: 'replace', attribute: 'description', values: ['changed'] }
  ])
  await replicate(dc1, dc2)
  await dc1.kill9()
  const second = await controllers.connect()
  await using connection = second.connection
  expect(second.url).toBe(dc2.url)
  expect(second.rootDse.invocationId).not.toBe(first.rootDse.invocationId)
  const delta = await readChanges(connection, { ...request, cookie: full.cookie })
  expect(delta.changes.map(({ dn }) => dn)).toEqual([`CN=Guest,CN=Users,${dc1.baseDn}`])
})

async function dnsServer(zone: Zone): Promise<string> {
  const { address, close } = await startDnsServer(zone)
  onTestFinished(close)
  return address
}

function serverOf({ url, bindDn, password, caFile }: SambaDomain): DirectoryServer {
  return { url, bindDn, password, caFile }
}
