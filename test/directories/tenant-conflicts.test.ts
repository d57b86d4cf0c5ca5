import {
  type GraphObject,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { anchorOf, guidOf } from '../support/guid-of.ts'
import { type TenantAdministrator, tenantAdministrator } from '../support/tenant-administrator.ts'
import { upnOf } from './people-file.ts'
import { quarantined, untilQuarantined } from './quarantined.ts'
import { patience, type View, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let directory: Directory
let cloud: TenantAdministrator

/** Accounts that the tenant had before the first synchronisation: their ids, and whom of the directory they are like. */
const before = { una: '', max: '', ada: '' }
const dns = { una: '', max: '', ada: '' }

beforeAll(async () => {
  domain = stack.use(await startSambaDomain())
  directory = stack.use(await Directory.open(domain))
  for (const name of ['una', 'max', 'ada'] as const) {
    dns[name] = await directory.addUser(name, { userPrincipalName: upnOf(name), mail: upnOf(`${name}.mail`) })
  }
  // What heals here heals by itself, and not because a sweep comes by.
  system = stack.use(await startSystem({ domain, services: ['api'], environment: { SWEEP_SECONDS: '600' } }))
  view = stack.use(viewOf(system))
  cloud = stack.use(tenantAdministrator(system.emulator.graph))
  before.una = await cloud.addUser(upnOf('UNA'), { department: 'Cloud' })
  before.max = await cloud.addUser(upnOf('maximilian'), { mail: upnOf('max.mail') })
  before.ada = await cloud.addUser(upnOf('ada'))
  await system.emulator.administer('roles', { principalId: before.ada, role: 'Global Administrator' })
  await Promise.all((['import', 'transform', 'export'] as const).map(name => system.start(name)))
})
afterAll(() => stack.disposeAsync())

interface JournalLine {
  readonly step: string
  readonly detail: Readonly<Record<string, unknown>>
}

async function exportsOf(dn: string): Promise<Record<string, unknown>[]> {
  const { body } = await view.call('GET', `/v1/objects/${await guidOf(domain, dn)}/journal?limit=100`)
  return (body as { lines: JournalLine[] }).lines.flatMap(({ step, detail }) =>
    step === 'exported' ? [detail] : []
  )
}

async function untilIs(userPrincipalName: string, expected: Record<string, unknown>): Promise<GraphObject> {
  return waitFor(
    async () => {
      const user = await view.user(userPrincipalName)
      expect(user).toMatchObject(expected)
      return user
    },
    { ...patience, describe: `${userPrincipalName} in the tenant as it should be` }
  )
}

async function untilGone(userPrincipalName: string): Promise<void> {
  await waitFor(async () => (await view.user(userPrincipalName)) === undefined, {
    ...patience,
    describe: `${userPrincipalName} to be gone`
  })
}

describe('an account that the tenant had before', () => {
  it.each([
    ['una', 'userPrincipalName', 'UNA'],
    ['max', 'mail', 'maximilian']
  ] as const)('is taken over: %s by %s, and the journal says so', async (name, by, called) => {
    await untilIs(upnOf(name), {
      id: before[name],
      displayName: name,
      mail: upnOf(`${name}.mail`),
      onPremisesImmutableId: await anchorOf(domain, dns[name])
    })
    const adopted = await waitFor(async () => (await exportsOf(dns[name]))[0], {
      ...patience,
      describe: 'the journal'
    })
    expect(adopted).toMatchObject({
      operation: 'adopt',
      match: { by, entraId: before[name], userPrincipalName: upnOf(called) }
    })
    const { body } = await view.call('GET', `/v1/objects/${encodeURIComponent(dns[name])}/explain`)
    expect(body).toMatchObject({
      found: [
        { tenantObject: { state: 'present', entraId: before[name] }, pendingExport: { operation: 'none' } }
      ]
    })
  })

  it('is never taken over when it holds a role', async () => {
    await waitFor(
      async () =>
        (await quarantined(view, dns.ada)).some(found => found.startsWith('existing-admin-role-conflict')),
      {
        ...patience,
        describe: 'the administrator to be refused'
      }
    )
    expect(await cloud.user(before.ada)).toMatchObject({
      displayName: 'Made in the cloud',
      onPremisesImmutableId: null
    })
    expect((await view.tenant.users()).filter(({ displayName }) => displayName === 'ada')).toEqual([])
  })
})

it('deletes an account that opts out, and restores the same one when it is in again', async () => {
  const dn = await directory.addUser('exa', { userPrincipalName: upnOf('exa') })
  const { id } = await untilIs(upnOf('exa'), { displayName: 'exa' })
  for (const prefix of ['User_', 'user_later']) {
    await directory.set(dn, 'adminDescription', prefix)
    await untilGone(upnOf('exa'))
    await directory.set(dn, 'adminDescription')
    await untilIs(upnOf('exa'), { id, displayName: 'exa' })
  }
  await view.quiet()
  const operations = (await exportsOf(dn)).map(({ operation }) => operation)
  expect(operations).toEqual(['create', 'delete', 'restore', 'delete', 'restore'])
})

it('writes a changed userPrincipalName as one change', async () => {
  const dn = await directory.addUser('uma', { userPrincipalName: upnOf('uma') })
  const { id } = await untilIs(upnOf('uma'), { displayName: 'uma' })
  await view.quiet()
  await system.emulator.resetRequests()
  await directory.set(dn, 'userPrincipalName', upnOf('uma.smith'))
  await untilIs(upnOf('uma.smith'), { id })
  await view.quiet()
  const { writes, byOperation } = await system.emulator.requests()
  expect({ writes, patches: byOperation['PATCH /users/{id}'] }).toEqual({ writes: 1, patches: 1 })
})

describe('a mail address that two users have', () => {
  /** Two users, and the address that the tenant has given to the first one. */
  async function twins(name: string) {
    const mail = upnOf(`${name}.shared`)
    const [first, second] = [`${name}1`, `${name}2`]
    const firstDn = await directory.addUser(first, { userPrincipalName: upnOf(first), mail })
    await untilIs(upnOf(first), { mail })
    const secondDn = await directory.addUser(second, {
      userPrincipalName: upnOf(second),
      mail: mail.toUpperCase()
    })
    await untilIs(upnOf(second), { mail: null, displayName: second })
    await untilQuarantined(view, secondDn, 'duplicate-value mail')
    return { first, second, firstDn, secondDn, mail }
  }

  it('stays with the first; everything else of the second goes on, and it heals when the second is mended', async () => {
    const { first, second, secondDn, mail } = await twins('dan')
    await directory.set(secondDn, 'title', 'Goes on')
    await untilIs(upnOf(second), { jobTitle: 'Goes on', mail: null })
    await untilIs(upnOf(first), { mail })
    const mendedAt = performance.now()
    await directory.set(secondDn, 'mail', upnOf('dan.own'))
    await untilIs(upnOf(second), { mail: upnOf('dan.own') })
    await untilQuarantined(view, secondDn)
    expect(performance.now() - mendedAt).toBeLessThan(15_000)
  })

  it('passes to the second when the first is deleted', async () => {
    const { firstDn, second, secondDn, mail } = await twins('flo')
    await directory.delete(firstDn)
    await untilIs(upnOf(second), { mail: mail.toUpperCase() })
    await untilQuarantined(view, secondDn)
  })

  it('is refused by the tenant as long as the first has it as an alias there, and everything else goes on', async () => {
    const { first, firstDn, second, secondDn } = await twins('eli')
    // As in Exchange, what was the primary address stays one of the others.
    await directory.set(firstDn, 'mail', upnOf('eli.own'))
    await untilIs(upnOf(first), { mail: upnOf('eli.own') })
    await untilQuarantined(view, secondDn, 'object-conflict proxyAddresses')
    await directory.set(secondDn, 'title', 'Goes on')
    await untilIs(upnOf(second), { jobTitle: 'Goes on', mail: null })
    await directory.set(secondDn, 'mail', upnOf('eli.second'))
    await untilIs(upnOf(second), { mail: upnOf('eli.second') })
    await untilQuarantined(view, secondDn)
  })
})
