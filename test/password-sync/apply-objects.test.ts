import { randomBytes, randomUUID } from 'node:crypto'
import { textAt } from '@opendirsync/binary-xml'
import type { DirectoryChange } from '@opendirsync/contracts'
import { SetupError } from '@opendirsync/contracts'
import type { ReplicatedObject } from '@opendirsync/drsr'
import type { SyncService } from '@opendirsync/sync-service'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applyObjects, type PasswordRoute } from '../../services/password-sync/src/apply-objects.ts'
import type { Policy } from '../../services/password-sync/src/decide/decide.ts'
import { startDerivation } from '../../services/password-sync/src/derive/derivation.ts'
import { createSender } from '../../services/password-sync/src/send/sender.ts'
import {
  connector,
  namingContext,
  type StoreFixture,
  storeFixture,
  takeThrough,
  user
} from '../store/fixtures.ts'
import { connect } from '../sync-service/connect.ts'
import { credentialResults, fault, itemsOf } from '../sync-service/replies.ts'
import { type Answer, startTenantService, type TenantService } from '../sync-service/tenant-service.ts'

const stack = new AsyncDisposableStack()
let store: StoreFixture
let service: TenantService
let sync: SyncService | undefined
let route: PasswordRoute
let policy: Policy
/** Source anchors as they arrived. */
let arrived: string[]

const takeAll: Answer = call => {
  arrived.push(...itemsOf(call).map(item => textAt(item, 'SourceAnchor') ?? ''))
  return credentialResults(call)
}
const { signal } = new AbortController()

beforeAll(async () => {
  store = stack.use(await storeFixture())
  service = stack.use(await startTenantService(takeAll))
  const derivation = stack.use(startDerivation(1))
  beginAnew = () => {
    sync?.[Symbol.dispose]()
    sync = connect(service)
    const sender = createSender({ store: store.store, derivation, service: sync, isStaging: false })
    route = { connector, namingContext, store: store.store, sender, policy: () => policy }
  }
})
/** A pause that the service asks for ends with what has heard of it. */
let beginAnew: () => void
afterAll(async () => {
  sync?.[Symbol.dispose]()
  await stack.disposeAsync()
})
beforeEach(async () => {
  service.answer = takeAll
  arrived = []
  policy = { forcesChange: false, onlyIncluded: false }
  beginAnew()
  await store.query('truncate password_person, password_position', [])
})

const changedAt = new Date('2026-11-22T10:00:00Z')

/** A person who is in the tenant. */
async function person(name: string): Promise<DirectoryChange> {
  const change = user(name)
  await takeThrough(store.store, [change])
  return change
}

function whole(
  { objectGuid, dn = '' }: DirectoryChange,
  changes: Partial<ReplicatedObject> = {}
): ReplicatedObject {
  return {
    ...{ objectGuid, dn, sid: undefined, deleted: false, objectClasses: ['user', 'person', 'top'] },
    ...{ userAccountControl: 512, pwdLastSet: 134_243_568_000_000_000n, ntHash: randomBytes(16) },
    ...{ passwordVersion: 1, passwordChangedAt: changedAt },
    ...changes
  }
}

/** Only what has changed. */
function part(
  { objectGuid, dn = '' }: DirectoryChange,
  changes: Partial<ReplicatedObject>
): ReplicatedObject {
  return { objectGuid, dn, sid: undefined, deleted: false, ...changes }
}

const password = (number: number) => ({
  ntHash: randomBytes(16),
  passwordVersion: number,
  passwordChangedAt: new Date(changedAt.getTime() + number * 1_000)
})

async function page(...objects: ReplicatedObject[]) {
  const hashes = objects.flatMap(({ ntHash }) => ntHash ?? [])
  try {
    return await applyObjects(route, { objects, isWhole: false }, signal)
  } finally {
    for (const hash of hashes) expect(hash).toEqual(Buffer.alloc(16))
  }
}

const stateOf = async ({ objectGuid }: DirectoryChange) => (await store.store.passwords.read(objectGuid))[0]
const due = () => store.store.passwords.due({ connector, limit: 99 })

it('a page is sent once: repeated, it sends nothing, and a new password does', async () => {
  const ada = await person('Ada')
  expect(await page(whole(ada))).toMatchObject({ states: ['sent'], sent: 1 })
  expect(await page(whole(ada))).toMatchObject({ states: ['sent'], sent: 0 })
  expect(await page(part(ada, password(2)))).toMatchObject({ states: ['sent'], sent: 1 })
  expect(arrived).toEqual([ada.objectGuid, ada.objectGuid])
  expect(await stateOf(ada)).toMatchObject({ sentVersion: 2, version: 2, attempts: 0, retriesAt: null })
})

it('a page that could not be recorded is sent again: the same passwords', async () => {
  const bob = await person('Bob')
  const broken = {
    ...route,
    store: { passwords: { ...store.store.passwords, record: () => Promise.reject(new Error('died')) } }
  }
  await expect(applyObjects(broken, { objects: [whole(bob)], isWhole: false }, signal)).rejects.toThrow(
    'died'
  )
  expect(await stateOf(bob)).toBeUndefined()
  await page(whole(bob))
  expect(arrived).toEqual([bob.objectGuid, bob.objectGuid])
})

it('of several pieces in one page the last password counts', async () => {
  const cy = await person('Cy')
  await page(whole(cy), part(cy, password(2)), part(cy, { userAccountControl: 512 }))
  expect(arrived).toEqual([cy.objectGuid])
  expect(await stateOf(cy)).toMatchObject({ sentVersion: 2 })
})

it('an older password, of a controller that lags behind, is not sent', async () => {
  const dan = await person('Dan')
  await page(whole(dan, password(5)))
  await page(part(dan, password(4)))
  await page(whole(dan, password(4)))
  expect(arrived).toEqual([dan.objectGuid])
  expect(await stateOf(dan)).toMatchObject({ state: 'sent', sentVersion: 5, version: 5 })
})

it('a password that is only known by its number is read: at once, and then a little later', async () => {
  const eve = await person('Eve')
  await page(whole(eve, { userAccountControl: 514 }))
  expect(await stateOf(eve)).toMatchObject({ state: 'disabled' })
  expect(await page(part(eve, { userAccountControl: 512 }))).toMatchObject({ states: ['pending'] })
  expect(await due()).toEqual([eve.objectGuid])
  await applyObjects(route, { objects: [whole(eve)], isWhole: true }, signal)
  expect(await stateOf(eve)).toMatchObject({ state: 'sent' })
  expect(await due()).toEqual([])
})

it('a password of an object that was never told of is read as a whole', async () => {
  const fay = await person('Fay')
  expect(await page(part(fay, password(1)))).toMatchObject({ states: ['pending'], sent: 0 })
  expect(await due()).toEqual([fay.objectGuid])
})

it('groups, and whom the directory has deleted, are not remembered', async () => {
  const gus = await person('Gus')
  await page(whole(gus), whole(user('Team'), { objectClasses: ['group', 'top'] }))
  expect((await store.store.passwords.list({ limit: 9 })).items).toHaveLength(1)
  await page(part(gus, { deleted: true }))
  expect((await store.store.passwords.list({ limit: 9 })).items).toEqual([])
})

it('a password that must be changed goes with that, once the tenant can ask for it', async () => {
  const hal = await person('Hal')
  await page(whole(hal, { pwdLastSet: 0n }))
  expect(await stateOf(hal)).toMatchObject({ state: 'must-change', sentAt: null })
  policy = { ...policy, forcesChange: true }
  const forced: (string | undefined)[] = []
  service.answer = call => {
    forced.push(...itemsOf(call).map(item => textAt(item, 'ForcePasswordChangeOnLogon')))
    return credentialResults(call)
  }
  await page(whole(hal, { pwdLastSet: 0n }))
  await page(whole(hal))
  expect(forced).toEqual(['true', 'false'])
})

describe('what the service does not take', () => {
  it('is tried again after a second when the person is not known yet, and then later and later', async () => {
    const ida = await person('Ida')
    service.answer = call => credentialResults(call, () => [2])
    await page(whole(ida))
    const first = await stateOf(ida)
    expect(first).toMatchObject({ state: 'retry', attempts: 1, problem: { code: 'sync-service-missing' } })
    expect((first?.retriesAt?.getTime() ?? 0) - Date.now()).toBeLessThan(1_500)
    await page(whole(ida))
    expect(await stateOf(ida)).toMatchObject({ attempts: 2 })
    service.answer = takeAll
    await page(whole(ida))
    expect(await stateOf(ida)).toMatchObject({ state: 'sent', attempts: 0, problem: null })
  })

  it('waits for another password when it is refused', async () => {
    const jan = await person('Jan')
    service.answer = call => credentialResults(call, () => [7, 'No such thing'])
    await page(whole(jan))
    expect(await stateOf(jan)).toMatchObject({
      state: 'refused',
      retriesAt: null,
      problem: { code: 'result-7' }
    })
  })

  it('holds up everybody while the service asks for a pause', async () => {
    const [kay, lee] = [await person('Kay'), await person('Lee')]
    service.answer = () => ({ status: 429, headers: { 'Retry-After': '30' } })
    await page(whole(kay))
    const calls = service.calls.length
    service.answer = takeAll
    await page(whole(lee))
    expect(service.calls).toHaveLength(calls)
    for (const each of [kay, lee]) {
      const now = await stateOf(each)
      expect(now).toMatchObject({ state: 'retry', problem: { code: 'sync-service-throttled' } })
      expect((now?.retriesAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(25_000)
    }
  })

  it('is not recorded when a person must act', async () => {
    const max = await person('Max')
    service.answer = () => fault('Identity synchronization is not yet activated for this company.')
    await expect(page(whole(max))).rejects.toThrow(SetupError)
    expect(await stateOf(max)).toBeUndefined()
  })
})

it('nothing is sent in staging mode', async () => {
  const ned = await person('Ned')
  const set = (mode: 'staging' | 'export') =>
    store.store.exportMode.set({ mode, by: 'test', reason: 'test', waitMs: 1_000 })
  await set('staging')
  await page(whole(ned))
  expect(await stateOf(ned)).toMatchObject({ state: 'staging' })
  expect(arrived).toEqual([])
  await set('export')
})

it('who is asked for is sent again', async () => {
  const ole = await person('Ole')
  await page(whole(ole))
  await store.store.passwords.resync({ objectGuids: [ole.objectGuid] })
  await applyObjects(route, { objects: [whole(ole)], isWhole: true }, signal)
  expect(arrived).toEqual([ole.objectGuid, ole.objectGuid])
  expect(await due()).toEqual([])
})

it('who is not in the tenant waits, and nobody out of scope is sent', async () => {
  const [coming, out] = [
    user('Coming', { objectGuid: randomUUID() }),
    user('Out', { objectClass: 'computer' })
  ]
  await takeThrough(store.store, [out])
  expect(await page(whole(coming), whole(out))).toMatchObject({
    states: ['not-exported', 'out-of-scope'],
    sent: 0
  })
  expect(arrived).toEqual([])
})
