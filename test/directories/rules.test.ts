import type { Run } from '@opendirsync/contracts'
import {
  populate,
  type RequestCounts,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { type StaffMember, staff } from '../support/staff.ts'
import { upnOf } from './people-file.ts'
import { gateInResynchronisation } from './resynchronisation-gate.ts'
import { type RulesOverApi, type RulesPreview, rulesOverApi } from './rules-api.ts'
import { type View, viewOf } from './view.ts'

/** Thousands of writes on a busy machine. */
const patience = { timeoutMs: 90_000, everyMs: 200 } as const

const everybody = staff(5_000, number => ({
  title: number % 10 === 1 ? 'Temp' : 'Clerk',
  department: number % 5 === 0 ? 'Sales' : 'Works',
  ...(number % 100 === 7 && { userPrincipalName: `staff ${number}@corp.example.test` }),
  ...(number % 1_000 === 3 && { employeeNumber: `N-${number}` })
}))

const ownRules = `version: 1
rules:
  - name: No temps
    objectType: user
    precedence: 10
    scope: [[{ attribute: title, operator: equals, value: temp }]]
    exclude: { reason: Temps stay out of the tenant }
  - name: Sales in capitals
    objectType: user
    precedence: 20
    scope: [[{ attribute: department, operator: equals, value: Sales }]]
    flows:
      - { target: department, expression: 'UCase([department])' }
  - name: Company of some clerks
    objectType: user
    precedence: 30
    scope:
      - - { attribute: title, operator: equals, value: Clerk }
        - { attribute: sAMAccountName, operator: ends-with, value: '0' }
      - [{ attribute: sAMAccountName, operator: ends-with, value: '4' }]
    flows:
      - { target: company, constant: Zero and Four }
  - name: Sign-in names without spaces
    objectType: user
    precedence: 40
    flows:
      - { target: userPrincipalName, expression: 'StripSpaces([userPrincipalName])' }
`

const isTemp = ({ attributes }: StaffMember) => attributes.title === 'Temp'
const isRefused = ({ attributes }: StaffMember) => attributes.userPrincipalName?.includes(' ') === true
const isSales = ({ attributes }: StaffMember) => attributes.department === 'Sales'
const hasCompany = ({ number }: StaffMember) => number % 10 === 0 || number % 10 === 4
const countOf = (which: (one: StaffMember) => boolean) => everybody.people.filter(which).length

const temps = countOf(isTemp)
const refused = countOf(isRefused)
const changed = countOf(one => !isTemp(one) && !isRefused(one) && (isSales(one) || hasCompany(one)))

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let rules: RulesOverApi
let pids: readonly number[]

const services = ['import', 'transform', 'export', 'api'] as const
const pidsNow = () => services.map(name => system.service(name).pid)

beforeAll(async () => {
  domain = stack.use(await startSambaDomain({ populate: files => populate(files, everybody) }))
  system = stack.use(
    await startSystem({
      domain,
      environment: { DELETE_THRESHOLD: '5000', DELETE_THRESHOLD_PERCENT: '100', AD_POLL_SECONDS: '5' }
    })
  )
  view = stack.use(viewOf(system))
  rules = rulesOverApi(view)
  pids = pidsNow()
  await waitFor(
    async () =>
      (await view.runs(domain.dnsName)).some(run => run.state === 'completed' && run.mode === 'full'),
    {
      ...patience,
      describe: 'the first full import to end'
    }
  )
  await settled()
})
afterAll(() => stack.disposeAsync())

/** Waits until everybody who the rules in force concern has been written. */
async function settled(): Promise<void> {
  await waitFor(async () => (await rules.state()).resynchronising === undefined, {
    ...patience,
    describe: 'all objects to be looked at again'
  })
  await waitFor(
    async () => {
      const { body } = await view.call('GET', '/v1/summary')
      const { pendingSynchronisation, pendingExports, pendingLinks } = body as Record<string, number>
      if (pendingSynchronisation === 0 && pendingExports === 0 && pendingLinks === 0) return true
      throw new Error(JSON.stringify(body))
    },
    { ...patience, describe: 'nothing to be pending' }
  )
}

interface Written {
  readonly created: number
  readonly restored: number
  readonly changed: number
  readonly deleted: number
  readonly other: number
}

/** What the tenant has carried out since it was last asked, object by object. */
async function writtenSince(): Promise<Written> {
  const counts: RequestCounts = await system.emulator.requests()
  await system.emulator.resetRequests()
  const of = (name: string) => counts.byOperation[name] ?? 0
  const written = {
    created: of('POST /users'),
    restored: of('POST /directory/deletedItems/{id}/restore'),
    changed: of('PATCH /users/{id}'),
    deleted: of('DELETE /users/{id}')
  }
  const sum = Object.values(written).reduce((total, count) => total + count, 0)
  return { ...written, other: counts.writes - sum }
}

const nothing: Written = { created: 0, restored: 0, changed: 0, deleted: 0, other: 0 }

const userCounts = ({ counts }: RulesPreview) => {
  expect(counts.total).toEqual(counts.user)
  const { added, changed, deleted, blocked } = counts.user
  return { added, changed, deleted, blocked }
}

it('refuses a faulty text with line and column, and changes nothing', async () => {
  const before = await rules.state()
  await system.emulator.resetRequests()
  const faulty = ownRules.replace("'UCase([department])'", "'UCase([department]'")
  const line = faulty.split('\n').findIndex(text => text.includes('UCase')) + 1
  for (const answer of [
    await rules.put(faulty),
    await view.call('POST', '/v1/rules/preview', { text: faulty })
  ]) {
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ line, column: expect.any(Number), detail: expect.any(String) }] }
    })
  }
  expect(await rules.state()).toEqual(before)
  expect((await view.call('GET', '/v1/rules/versions')).body).toMatchObject({ versions: [] })
  expect(await writtenSince()).toEqual(nothing)
})

it('writes exactly what the preview of other rules has counted, there and back', {
  timeout: 120_000
}, async () => {
  await system.emulator.resetRequests()
  const foreseen = await rules.preview(ownRules)
  expect(userCounts(foreseen)).toEqual({ added: refused, changed, deleted: temps, blocked: 0 })
  expect(foreseen.attributes).toMatchObject({
    department: countOf(isSales),
    companyName: countOf(hasCompany)
  })
  expect(foreseen.samples.changed[0]?.attributes).toContainEqual(
    expect.objectContaining({ attribute: expect.stringMatching(/^(department|companyName)$/) })
  )
  expect(foreseen.newAttributes).toEqual([])
  await view.quiet()
  expect(await writtenSince()).toEqual(nothing)

  await rules.apply(ownRules)
  await settled()
  expect(await writtenSince()).toEqual({ ...nothing, created: refused, changed, deleted: temps })
  expect(pidsNow()).toEqual(pids)
  await untilOwnRulesAreSeen()

  const back = await rules.preview(null)
  expect(userCounts(back)).toEqual({ added: temps, changed, deleted: 0, blocked: refused })
  await rules.apply(null)
  await settled()
  // A user who comes back from the bin is written once more.
  expect(await writtenSince()).toEqual({ ...nothing, restored: temps, changed: changed + temps })
  expect(await view.user(upnOf('staff0'))).toMatchObject({ department: 'Sales' })
  expect(await view.user(upnOf('staff1'))).toMatchObject({ displayName: 'Staff 1' })
  // The default rules refuse the name that the directory has, and leave what the tenant has.
  expect(await view.user(upnOf('staff7'))).toMatchObject({ displayName: 'Staff 7' })
})

it('ends the same when transform is killed in the middle of it', { timeout: 120_000 }, async () => {
  await rules.apply(null)
  await settled()
  await writtenSince()
  const foreseen = userCounts(await rules.preview(ownRules))
  expect(foreseen).toMatchObject({ deleted: temps, blocked: 0 })
  await using gate = await gateInResynchronisation(system)
  await rules.apply(ownRules)
  await gate.reached()
  expect((await rules.state()).resynchronising?.touched).toBeGreaterThan(0)
  await system.service('transform').kill9()
  await gate.open()
  expect((await rules.state()).resynchronising).toBeDefined()

  await system.start('transform')
  await settled()
  const { added, changed: others, deleted } = foreseen
  expect(await writtenSince()).toEqual({ ...nothing, created: added, changed: others, deleted })
  await untilOwnRulesAreSeen()
})

it('fetches an attribute that a rule reads and nobody has read before, by a full import of its own', {
  timeout: 120_000
}, async () => {
  const text = `version: 1
rules:
  - name: Number of the employee
    objectType: user
    precedence: 10
    flows: [{ target: extensionAttribute2, from: EmployeeNumber }]
`
  const { newAttributes } = await rules.preview(text)
  expect(newAttributes).toEqual([{ connector: domain.dnsName, attributes: ['employeeNumber'] }])
  const fullBefore = await fullRuns()
  await rules.apply(text)
  for (const { number, attributes } of everybody.people.filter(one => one.attributes.employeeNumber)) {
    await untilNumbered(`staff${number}`, attributes.employeeNumber)
  }
  // The values arrive page by page, the run ends after the last.
  const runs = await waitFor(async () => (await fullRuns()).every(({ endedAt }) => endedAt) && fullRuns(), {
    ...patience,
    describe: 'the full import to end'
  })
  expect(runs).toHaveLength(fullBefore.length + 1)
  expect(runs[0]).toMatchObject({ state: 'completed', reason: expect.stringMatching(/employeeNumber/i) })
  await using directory = await Directory.open(domain)
  await directory.addUser('Newly numbered', { userPrincipalName: upnOf('newly'), employeeNumber: 'N-new' })
  await untilNumbered('newly', 'N-new')
})

async function fullRuns(): Promise<Run[]> {
  return (await view.runs(domain.dnsName)).filter(({ mode }) => mode === 'full')
}

async function untilNumbered(name: string, employeeNumber: string | undefined): Promise<void> {
  await waitFor(
    async () => {
      const path = `/users/${upnOf(name)}?$select=onPremisesExtensionAttributes`
      expect((await view.tenant.get(path)).body).toMatchObject({
        onPremisesExtensionAttributes: { extensionAttribute2: employeeNumber }
      })
      return true
    },
    { ...patience, describe: `${name} to have the number` }
  )
}

async function untilOwnRulesAreSeen(): Promise<void> {
  const users = new Map((await view.tenant.users()).map(user => [String(user.userPrincipalName), user]))
  const expected = everybody.people.filter(one => !isTemp(one))
  expect(expected.filter(({ number }) => !users.has(upnOf(`staff${number}`)))).toEqual([])
  expect(everybody.people.filter(isTemp).filter(({ number }) => users.has(upnOf(`staff${number}`)))).toEqual(
    []
  )
  for (const one of expected) {
    const department = isSales(one) ? 'SALES' : 'Works'
    expect(users.get(upnOf(`staff${one.number}`))).toMatchObject({ department })
  }
}
