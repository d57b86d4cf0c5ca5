import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Company,
  company,
  populate,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ldapModify } from '../active-directory/ldap-modify.ts'
import { Directory } from '../support/directory.ts'
import { readEntry } from '../support/read-entry.ts'
import { type TenantAdministrator, tenantAdministrator } from '../support/tenant-administrator.ts'
import { upnOf } from './people-file.ts'
import { quarantined } from './quarantined.ts'
import { patience, type View, viewOf } from './view.ts'

interface Finding {
  readonly attribute: string
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly value: string
  readonly why: string
}

interface FoundFinding {
  readonly dn: string
  readonly objectGuid: string
  readonly finding: Finding
}

interface FixPreview {
  readonly fixes: readonly {
    readonly dn: string
    readonly attribute: string
    readonly from: string
    readonly to: string
  }[]
}

interface FixRun {
  readonly id: string
  readonly state: string
  readonly counts: Readonly<Record<string, number>>
}

const firm: Company = company({ users: 200, dirt: true })
const people = firm.objects.filter(object => 'leads' in object)
const tidy = people.filter(({ dirt }) => dirt === undefined)

/** What is found of each kind of untidiness, wherever it is. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'admin-account': ['userPrincipalName unexpected-start', 'sAMAccountName unexpected-start'],
  'upn-suffix-local': ['userPrincipalName unverified-domain'],
  'upn-missing': ['userPrincipalName blank'],
  'upn-accent': ['userPrincipalName non-ascii'],
  'upn-space': ['userPrincipalName invalid-character'],
  'upn-too-long': ['userPrincipalName too-long'],
  'mail-duplicate': ['mail duplicate'],
  'mail-accent': ['mail non-ascii'],
  'display-name-spaces': ['displayName spaces-around'],
  'display-name-missing': ['displayName blank'],
  disabled: []
}

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let directory: Directory
let cloud: TenantAdministrator
/** One whose address another account of the tenant has, and one who is in the tenant already. */
const [taken, known] = tidy
let [takenBy, knownAs] = ['', '']

beforeAll(async () => {
  domain = stack.use(await startSambaDomain({ populate: files => populate(files, firm) }))
  directory = stack.use(await Directory.open(domain))
  system = stack.use(
    await startSystem({
      domain,
      services: ['api'],
      environment: { EXPORT_MODE: 'staging', SWEEP_SECONDS: '5' }
    })
  )
  view = stack.use(viewOf(system))
  cloud = stack.use(tenantAdministrator(system.emulator.graph))
  takenBy = await cloud.addUser(upnOf('reception'), {
    mail: taken?.attributes.mail,
    onPremisesImmutableId: 'c29tZWJvZHkgZWxzZSAtIQ=='
  })
  knownAs = await cloud.addUser(String(known?.attributes.userPrincipalName))
  await system.emulator.resetRequests()
  await Promise.all((['import', 'transform', 'export'] as const).map(name => system.start(name)))
})
afterAll(() => stack.disposeAsync())

const inDomain = ({ dn }: { readonly dn: string } = { dn: '' }) => `${dn},${domain.baseDn}`

async function findings(query = ''): Promise<FoundFinding[]> {
  const found: FoundFinding[] = []
  let after: string | undefined
  do {
    const next = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const { status, body } = await view.call('GET', `/v1/readiness/findings?limit=200${query}${next}`)
    expect({ status, body }).toMatchObject({ status: 200 })
    const page = body as { items: FoundFinding[]; next?: string }
    found.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return found
}

async function findingsOf(dn: string): Promise<string[]> {
  const own = (await findings()).filter(found => found.dn.toLowerCase() === dn.toLowerCase())
  return own.map(({ finding: { attribute, code } }) => `${attribute} ${code}`)
}

async function untilFound(
  dn: string,
  wanted: (found: readonly string[]) => boolean,
  what: string
): Promise<void> {
  await waitFor(
    async () => {
      const found = await findingsOf(dn)
      if (wanted(found)) return true
      throw new Error(found.join() || 'nothing is found')
    },
    { ...patience, describe: `${dn}: ${what}` }
  )
}

/** Once all are looked at, and the tenant has told what it has. */
async function expectAllFound(): Promise<void> {
  const found = await findings()
  const bySeverity = (severity: string) => found.filter(({ finding }) => finding.severity === severity)
  const { body } = await view.call('GET', '/v1/readiness')
  expect(body).toMatchObject({
    errors: bySeverity('error').length,
    warnings: bySeverity('warning').length,
    tenant: { snapshotAt: expect.any(String) }
  })
  expect((body as { objects: number }).objects).toBeGreaterThan(people.length)

  const ofPerson = Map.groupBy(found, ({ dn }) => dn)
  const told = (dn: string) =>
    (ofPerson.get(dn) ?? []).map(({ finding: { attribute, code } }) => `${attribute} ${code}`)
  for (const person of people) {
    const wanted = person.dirt === undefined ? [] : expected[person.dirt]
    const what = `${person.dirt} ${person.dn}`
    expect(told(inDomain(person)), what).toEqual(expect.arrayContaining([...(wanted ?? [])]))
  }
  // Who is tidy shares an address with one who is not, or with an account of the tenant; nothing else is said of them.
  const others = tidy.flatMap(person => told(inDomain(person)))
  expect(new Set(others.map(text => text.split(' ')[1]))).toEqual(new Set(['duplicate', 'cloud-collision']))
}

it('tells what is wrong with a company before anything is written', async () => {
  await waitFor(() => expectAllFound().then(() => true), {
    ...patience,
    describe: 'every fault to be told, and no other'
  })
  expect((await system.emulator.requests()).writes).toBe(0)
})

it('tells of accounts of the tenant which of them is in the way, and which will be taken over', async () => {
  await untilFound(inDomain(taken), told => told.includes('mail cloud-collision'), 'its address is taken')
  const collisions = await findings('&code=cloud-collision')
  const ofWhom = (dn: string) => collisions.filter(found => found.dn === dn).map(({ finding }) => finding)
  expect(ofWhom(inDomain(taken))).toContainEqual(
    expect.objectContaining({ attribute: 'mail', severity: 'error', why: expect.stringContaining(takenBy) })
  )
  expect(ofWhom(inDomain(known))).toContainEqual(
    expect.objectContaining({
      attribute: 'userPrincipalName',
      severity: 'warning',
      why: expect.stringMatching(new RegExp(`${knownAs}.*soft match`, 's'))
    })
  )
})

it('finds nothing any more as soon as a value is mended in the directory', async () => {
  const local = people.find(({ dirt }) => dirt === 'upn-suffix-local')
  const doubled = people.find(({ dirt }) => dirt === 'mail-duplicate')
  const whose = people.find(
    ({ dirt, attributes }) => dirt === undefined && attributes.mail === doubled?.attributes.mail
  )
  await untilFound(inDomain(whose), told => told.includes('mail duplicate'), 'a duplicate')
  const mendedAt = performance.now()
  await directory.set(inDomain(local), 'userPrincipalName', upnOf('no.longer.local'))
  await directory.set(inDomain(doubled), 'mail', upnOf('no.longer.double'))
  await directory.set(inDomain(doubled), 'proxyAddresses', `SMTP:${upnOf('no.longer.double')}`)
  for (const one of [local, doubled, whose])
    await untilFound(inDomain(one), told => told.length === 0, 'nothing')
  expect(performance.now() - mendedAt).toBeLessThan(15_000)
})

async function requestFixes(body: object): Promise<{ status: number; body: unknown }> {
  return view.call('POST', '/v1/readiness/fixes', { connector: domain.dnsName, ...body })
}

async function ended(run: unknown): Promise<FixRun> {
  const { id } = run as FixRun
  return waitFor(
    async () => {
      const now = (await view.call('GET', `/v1/readiness/fixes/${id}`)).body as FixRun
      return ['completed', 'failed'].includes(now.state) && now
    },
    { ...patience, describe: 'the fixes to be carried out' }
  )
}

async function valuesOf(fixes: FixPreview['fixes']): Promise<string[]> {
  return Promise.all(
    fixes.map(async ({ dn, attribute }) => String((await readEntry(domain, dn, [attribute]))[attribute]))
  )
}

it('writes proposed fixes to the directory after a preview, and an LDIF file takes them back', async () => {
  const filter = { code: 'spaces-around' }
  const spaced = people.filter(({ dirt }) => dirt === 'display-name-spaces')
  const preview = await requestFixes({ filter })
  expect(preview.status).toBe(200)
  const { fixes } = preview.body as FixPreview
  expect(fixes.map(({ dn }) => dn).sort()).toEqual(spaced.map(inDomain).sort())
  const before = fixes.map(({ from }) => from)
  expect(await valuesOf(fixes)).toEqual(before)

  const asked = await requestFixes({ filter, preview: false })
  expect(asked.status).toBe(202)
  const run = await ended(asked.body)
  expect(run).toMatchObject({ state: 'completed', counts: { applied: fixes.length, pending: 0 } })
  expect(await valuesOf(fixes)).toEqual(fixes.map(({ to }) => to))
  for (const { dn } of fixes)
    await untilFound(dn, told => !told.includes('displayName spaces-around'), 'no spaces')

  const { url, key } = system.api
  const undo = await fetch(`${url}/v1/readiness/fixes/${run.id}/undo.ldif`, {
    headers: { authorization: `Bearer ${key}` }
  })
  const file = join(domain.files.folder, 'undo.ldif')
  await writeFile(file, await undo.text())
  await ldapModify(domain, file)
  expect(await valuesOf(fixes)).toEqual(before)
  for (const { dn } of fixes)
    await untilFound(dn, told => told.includes('displayName spaces-around'), 'spaces')
})

it('takes a guess only where it is asked for, and takes it back in a run of its own', async () => {
  const filter = { code: 'non-ascii', attribute: 'userPrincipalName' }
  expect(await requestFixes({ filter, preview: false })).toMatchObject({ status: 409 })
  const { body } = await requestFixes({ filter, confidence: 'any' })
  const { fixes } = body as FixPreview
  expect(fixes).toHaveLength(people.filter(({ dirt }) => dirt === 'upn-accent').length)
  const asked = await requestFixes({ filter, confidence: 'any', preview: false })
  const run = await ended(asked.body)
  expect(await valuesOf(fixes)).toEqual(fixes.map(({ to }) => to))
  for (const { dn } of fixes)
    await untilFound(dn, told => !told.includes('userPrincipalName non-ascii'), 'mended')
  const undo = await view.call('POST', `/v1/readiness/fixes/${run.id}/undo`)
  expect(undo.status).toBe(202)
  expect((await ended(undo.body)).counts).toMatchObject({ applied: fixes.length })
  expect(await valuesOf(fixes)).toEqual(fixes.map(({ from }) => from))
})

it('has foretold what the tenant then refuses, and everybody else gets there', {
  timeout: 120_000
}, async () => {
  await system.service('export').stop()
  await (await system.start('export', { EXPORT_MODE: 'export' })).ready()
  await view.untilPresent(
    tidy
      .filter(one => one !== taken)
      .map(({ attributes }) => String(attributes.userPrincipalName).split('@')[0] ?? ''),
    people
      .filter(({ dirt }) => dirt === undefined || dirt === 'upn-accent')
      .map(({ attributes }) => String(attributes.userPrincipalName).split('@')[0] ?? '')
  )
  await view.quiet()
  const refusedNow = await quarantined(view, inDomain(taken))
  expect(refusedNow.join()).toMatch(/invalid-soft-match|object-conflict/)
  expect((await cloud.user(takenBy)).displayName).toBe('Made in the cloud')
  expect((await cloud.user(knownAs)).displayName).toBe(known?.attributes.displayName)
  const local = people.filter(({ dirt }) => dirt === 'upn-suffix-local').at(-1)
  expect(await quarantined(view, inDomain(local))).toEqual(['upn-domain-not-verified userPrincipalName'])
})
