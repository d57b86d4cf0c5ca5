import type { Run, ScopeInput } from '@opendirsync/contracts'
import { type SambaDomain, type System, startSambaDomain, startSystem, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { upnOf } from './people-file.ts'
import { patience, type View, viewOf } from './view.ts'

interface Counts {
  readonly users: number
  readonly groups: number
  readonly contacts: number
}

interface Preview {
  readonly inScope: Counts
  readonly outOfScope: Counts
  readonly entering: Counts
  readonly leaving: Counts
  readonly missingAttributes: readonly string[]
  readonly exportsAffected: number
  readonly samples: { readonly leaving: readonly { readonly dn: string; readonly part: string }[] }
}

interface Applied extends Preview {
  readonly revision: number
  readonly runId?: string
}

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let path: string

beforeAll(async () => {
  domain = stack.use(await startSambaDomain())
  // In a company of a handful the deletes of these tests would soon be a fifth of it, and wait for a person.
  system = stack.use(await startSystem({ domain, environment: { DELETE_THRESHOLD_PERCENT: '100' } }))
  view = stack.use(viewOf(system))
  path = `/v1/connectors/${domain.dnsName}/scope`
  await agreement(domain, system.emulator.graph, patience.timeoutMs)
})
afterAll(() => stack.disposeAsync())
// Each test begins with everything in scope, and works with people of its own.
beforeEach(async () => {
  await change('DELETE')
})

async function etag(): Promise<string> {
  return (await view.call('GET', path)).headers.get('etag') ?? ''
}

async function change(method: 'PUT' | 'DELETE', scope?: ScopeInput): Promise<Applied> {
  const { status, headers, body } = await view.call(method, path, scope, { 'if-match': await etag() })
  expect({ status, body }).toMatchObject({ status: 200 })
  expect(headers.get('etag')).toBe(await etag())
  return body as Applied
}

async function preview(scope: ScopeInput): Promise<Preview> {
  const { status, body } = await view.call('POST', `${path}/preview`, scope)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as Preview
}

/** An organizational unit with these people in it. */
async function unitOf(...names: string[]): Promise<Directory & { dnOf(name: string): string }> {
  const directory = stack.use(await Directory.open(domain))
  for (const name of names) await directory.addUser(name, { userPrincipalName: upnOf(name) })
  return Object.assign(directory, { dnOf: (name: string) => `CN=${name},${directory.ou}` })
}

/** Everything that the directory has told until now is imported, synchronised and written. */
async function caughtUp(): Promise<void> {
  const delta = await view.import('delta', domain.dnsName)
  expect(delta.state).toBe('completed')
  await view.quiet()
}

async function fullRuns(): Promise<number> {
  return (await view.runs(domain.dnsName)).filter(({ mode }) => mode === 'full').length
}

async function objectsInTenant(): Promise<number> {
  return (await view.tenant.users()).length + (await view.tenant.groups()).length
}

async function groupsInTenant(): Promise<string[]> {
  const groups = await view.tenant.groups()
  return groups.map(({ displayName }) => String(displayName)).toSorted((a, b) => a.localeCompare(b))
}

describe('by organizational unit', () => {
  it('does what the preview has counted, and brings back without reading again', async () => {
    const among = ['ida', 'ivo', 'olga', 'oleg']
    const inside = await unitOf('ida', 'ivo')
    await inside.addGroup('Insiders', [inside.dnOf('ida')])
    const outside = await unitOf('olga', 'oleg')
    await outside.addGroup('Outsiders', [outside.dnOf('olga'), inside.dnOf('ida')])
    await agreement(domain, system.emulator.graph, patience.timeoutMs)
    const [before, fullBefore, olga] = [
      await objectsInTenant(),
      await fullRuns(),
      await view.user(upnOf('olga'))
    ]

    const foreseen = await preview({ containers: { include: [inside.ou] } })
    expect(foreseen.inScope).toEqual({ users: 2, groups: 1, contacts: 0 })
    expect(foreseen.entering).toEqual({ users: 0, groups: 0, contacts: 0 })
    expect(foreseen.samples.leaving[0]).toMatchObject({ part: 'container' })
    await view.quiet()
    expect(await objectsInTenant()).toBe(before)

    const applied = await change('PUT', { containers: { include: [inside.ou] } })
    const { inScope, outOfScope, entering, leaving } = foreseen
    expect(applied).toMatchObject({ inScope, outOfScope, entering, leaving })
    await view.untilPresent(['ida', 'ivo'], among)
    await view.quiet()
    expect(before - (await objectsInTenant())).toBe(foreseen.exportsAffected)
    expect(await objectsInTenant()).toBe(3)

    const widened = await change('PUT', { containers: { include: [inside.ou, outside.ou] } })
    expect(widened).toMatchObject({ entering: { users: 2, groups: 1 }, leaving: { users: 0, groups: 0 } })
    await view.untilPresent(among, among)
    expect((await view.user(upnOf('olga')))?.id).toBe(olga?.id)
    await change('DELETE')
    await agreement(domain, system.emulator.graph, patience.timeoutMs)
    expect(await fullRuns()).toBe(fullBefore)
  })

  it('is changed only by whoever has seen how it is', async () => {
    const inside = await unitOf('nora')
    const scope = { containers: { include: [inside.ou] } }
    await caughtUp()
    const seen = await etag()
    expect((await view.call('PUT', path, scope)).status).toBe(428)
    expect((await view.call('PUT', path, scope, { 'if-match': seen })).status).toBe(200)
    expect((await view.call('PUT', path, {}, { 'if-match': seen })).status).toBe(412)
    const faulty = await view.call(
      'PUT',
      path,
      { containers: { include: ['OU=Nowhere'] } },
      { 'if-match': await etag() }
    )
    expect(faulty).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/body/containers/include/0' }] }
    })
    expect((await view.call('GET', path)).body).toMatchObject({
      scope: { containers: { include: [{ dn: inside.ou }], newContainers: 'in' } }
    })
  })

  it('goes by the unit itself: renaming it writes nothing, and people move in and out of it', async () => {
    const among = ['mia', 'max', 'moe']
    const home = await unitOf(...among)
    const chosen = await home.addUnit('Chosen')
    const mia = await home.rename(home.dnOf('mia'), 'mia', chosen)
    await caughtUp()
    await change('PUT', { containers: { include: [chosen] } })
    await view.untilPresent(['mia'], among)
    await view.quiet()
    await system.emulator.resetRequests()

    const renamed = await home.rename(chosen, 'Chosen once')
    await caughtUp()
    expect((await system.emulator.requests()).writes).toBe(0)

    const max = await home.rename(home.dnOf('max'), 'max', renamed)
    await view.untilPresent(['mia', 'max'], among)
    const before = await view.user(upnOf('max'))
    const outAgain = await home.rename(max, 'max', home.ou)
    await view.untilPresent(['mia'], among)
    await home.rename(outAgain, 'max', renamed)
    await home.delete(mia.replace(chosen, renamed))
    await view.untilPresent(['max'], among)
    expect((await view.user(upnOf('max')))?.id).toBe(before?.id)
  })

  it('lets the nearest chosen unit decide, and moves whole subtrees', async () => {
    const among = ['una', 'dos', 'tres', 'quin']
    const home = await unitOf(...among)
    const out = await home.addUnit('Out')
    const back = `OU=Back,${out}`
    await home.rename(await home.addUnit('Back'), 'Back', out)
    await home.rename(home.dnOf('dos'), 'dos', out)
    await home.rename(home.dnOf('tres'), 'tres', back)
    const plain = await home.addUnit('Plain')
    await home.rename(home.dnOf('quin'), 'quin', plain)
    await caughtUp()
    await change('PUT', { containers: { include: [home.ou, back], exclude: [out] } })
    await view.untilPresent(['una', 'tres', 'quin'], among)

    // The people themselves are not reported as changed.
    const moved = await home.rename(plain, 'Plain', out)
    await view.untilPresent(['una', 'tres'], among)
    await home.rename(moved, 'Plain', back)
    await view.untilPresent(['una', 'tres', 'quin'], among)
  })

  it('leaves new units out where that is chosen, until the scope is applied again', async () => {
    const among = ['ole', 'neo']
    const home = await unitOf(...among)
    const known = await home.addUnit('Known')
    await caughtUp()
    const scope: ScopeInput = { containers: { include: [home.ou], newContainers: 'out' } }
    await change('PUT', scope)
    await view.untilPresent(among, among)

    const added = await home.addUnit('New')
    const neo = await home.rename(home.dnOf('neo'), 'neo', added)
    await home.rename(home.dnOf('ole'), 'ole', known)
    await view.untilPresent(['ole'], among)
    await home.set(neo, 'title', 'Still out')
    await caughtUp()
    expect(await view.presentAmong(among)).toEqual(['ole'])

    expect(await change('PUT', scope)).toMatchObject({ entering: { users: 1 }, leaving: { users: 0 } })
    await view.untilPresent(among, among)
  })
})

it('by group: who joins or leaves, also through another group, moves in or out', async () => {
  const among = ['gus', 'gwen', 'gigi']
  const home = await unitOf(...among)
  const inner = await home.addGroup('Inner circle', [home.dnOf('gwen')])
  const outer = await home.addGroup('Outer circle', [home.dnOf('gus'), inner])
  await home.addGroup('Others', [home.dnOf('gigi')])
  await caughtUp()
  const foreseen = await preview({ groups: [outer] })
  expect(foreseen.inScope).toEqual({ users: 2, groups: 2, contacts: 0 })
  await change('PUT', { groups: [outer] })
  await view.untilPresent(['gus', 'gwen'], among)
  await waitFor(async () => (await groupsInTenant()).join() === 'Inner circle,Outer circle', {
    ...patience,
    describe: 'the two groups of the scope, and no other'
  })

  const joinedAt = performance.now()
  await home.addMember(inner, home.dnOf('gigi'))
  await view.untilPresent(among, among)
  expect(performance.now() - joinedAt).toBeLessThan(10_000)
  await home.removeMember(outer, inner)
  await view.untilPresent(['gus'], among)
  await home.addMember(outer, inner)
  await view.untilPresent(among, among)
  await home.removeMember(inner, home.dnOf('gwen'))
  await view.untilPresent(['gus', 'gigi'], among)
})

describe('by attribute', () => {
  it('follows the values as they change', async () => {
    const among = ['abe', 'amy', 'axel']
    const home = await unitOf(...among)
    await home.set(home.dnOf('abe'), 'department', 'Sales')
    await home.set(home.dnOf('amy'), 'department', 'Sales West')
    await caughtUp()
    const fullBefore = await fullRuns()
    const applied = await change('PUT', {
      containers: { include: [home.ou] },
      conditions: [
        [{ attribute: 'Department', operator: 'starts-with', value: 'SALES' }],
        [{ attribute: 'title', operator: 'equals', value: 'Everywhere' }]
      ]
    })
    expect(applied).toMatchObject({ inScope: { users: 2 }, missingAttributes: [] })
    await view.untilPresent(['abe', 'amy'], among)
    await home.set(home.dnOf('axel'), 'title', 'everywhere')
    await home.set(home.dnOf('amy'), 'department')
    await view.untilPresent(['abe', 'axel'], among)
    expect(await fullRuns()).toBe(fullBefore)
  })

  it('reads an attribute that was never read, by a full import of its own', async () => {
    const among = ['dee', 'dov']
    const home = await unitOf(...among)
    await home.set(home.dnOf('dee'), 'employeeNumber', 'North')
    await caughtUp()
    const fullBefore = await fullRuns()
    const scope: ScopeInput = {
      containers: { include: [home.ou] },
      conditions: [[{ attribute: 'employeeNumber', operator: 'equals', value: 'north' }]]
    }
    expect((await preview(scope)).missingAttributes).toEqual(['employeeNumber'])
    const { runId = '', missingAttributes } = await change('PUT', scope)
    expect(missingAttributes).toEqual(['employeeNumber'])
    const run: Run = await view.ended(runId)
    expect(run).toMatchObject({
      mode: 'full',
      state: 'completed',
      reason: expect.stringContaining('employeeNumber')
    })
    await view.untilPresent(['dee'], among)
    await home.set(home.dnOf('dov'), 'employeeNumber', 'NORTH')
    await view.untilPresent(['dee', 'dov'], among)
    await home.set(home.dnOf('dee'), 'employeeNumber', 'South')
    await view.untilPresent(['dov'], among)
    expect(await fullRuns()).toBe(fullBefore + 1)
  })
})
