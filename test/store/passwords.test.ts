import { randomUUID } from 'node:crypto'
import type { DirectoryChange } from '@opendirsync/contracts'
import type { PersonFacts, PersonOutcome } from '@opendirsync/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  connector,
  namingContext,
  type StoreFixture,
  stage,
  storeFixture,
  takeThrough,
  user
} from './fixtures.ts'

let fixture: StoreFixture
beforeAll(async () => {
  fixture = await storeFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(async () => {
  await fixture.query('truncate password_person, password_position', [])
})

const key = { connector, namingContext }
const at = new Date('2026-11-22T10:00:00Z')
const passwords = () => fixture.store.passwords

function factsOf({ objectGuid, dn = '' }: DirectoryChange, changes: Partial<PersonFacts> = {}): PersonFacts {
  return {
    ...{ objectGuid, dn, objectClass: 'user', userAccountControl: 512, mustChange: false, passwordSetAt: at },
    ...{ selection: null, version: { number: 1, at } },
    ...changes
  }
}

function outcome(facts: PersonFacts, changes: Partial<PersonOutcome> = {}): PersonOutcome {
  return { facts, state: 'not-exported', attempts: 0, asked: 0, answered: 0, ...changes }
}

async function record(...people: PersonOutcome[]): Promise<boolean> {
  return passwords().record({ ...key, people, deleted: [] })
}

async function known({ objectGuid }: Pick<PersonFacts, 'objectGuid'>) {
  const person = (await passwords().known(connector, [objectGuid])).get(objectGuid)
  if (person === undefined) throw new Error('nobody is known')
  return person
}

/** As it was sent, with the account that the tenant has now. */
async function sent(facts: PersonFacts): Promise<PersonOutcome> {
  const { account } = await known(facts)
  const { version } = facts
  if (version === null) throw new Error('there is no password')
  return outcome(facts, { state: 'sent', sent: { version, forced: false, entraId: account.entraId ?? '' } })
}

const due = () => passwords().due({ connector, limit: 100 })
const stateOf = async ({ objectGuid }: DirectoryChange) => (await passwords().read(objectGuid))[0]?.state

describe('who it is', () => {
  it('nobody has heard of it: it may come', async () => {
    expect(await known({ objectGuid: randomUUID() })).toMatchObject({
      facts: undefined,
      sent: undefined,
      account: { presence: 'coming', sourceAnchor: null, entraId: null }
    })
  })

  it('it was imported, and was not looked at yet', async () => {
    const person = user('Imported')
    await stage(fixture.store, [person])
    expect((await known(person)).account.presence).toBe('coming')
  })

  it('it is out of scope', async () => {
    const person = user('Machine', { objectClass: 'computer' })
    await takeThrough(fixture.store, [person])
    expect((await known(person)).account.presence).toBe('out-of-scope')
  })

  it('it is in the tenant, and leaves it', async () => {
    const person = user('Present')
    await takeThrough(fixture.store, [person])
    expect((await known(person)).account).toEqual({
      presence: 'present',
      sourceAnchor: person.objectGuid,
      entraId: expect.any(String)
    })
    await takeThrough(fixture.store, [{ ...person, objectClass: 'computer' }])
    expect((await known(person)).account.presence).toBe('out-of-scope')
  })
})

it('all that is recorded is known again', async () => {
  const person = user('Known')
  await takeThrough(fixture.store, [person])
  const facts = factsOf(person, { mustChange: true, passwordSetAt: null, selection: 'included' })
  await record(await sent(facts))
  expect(await known(person)).toMatchObject({
    facts,
    state: 'sent',
    sent: { version: { number: 1, at }, forced: false },
    attempts: 0
  })
  await record(
    outcome(facts, { state: 'retry', attempts: 2, problem: { code: 'a', message: 'b' }, dueInMs: 60_000 })
  )
  const [row] = await passwords().read(person.objectGuid)
  expect(row).toMatchObject({
    state: 'retry',
    sentVersion: 1,
    attempts: 2,
    problem: { code: 'a', message: 'b' }
  })
  expect(row?.retriesAt?.getTime()).toBeGreaterThan(Date.now() + 30_000)
  await passwords().record({ ...key, people: [], deleted: [person.objectGuid] })
  expect(await passwords().read(person.objectGuid)).toEqual([])
})

it.each([
  ['a lower number', { number: 4, at: new Date('2026-11-22T12:00:00Z') }],
  ['an earlier time', { number: 5, at: new Date('2026-11-22T09:59:59Z') }]
])('what comes of an older password does not take the place of a later one: %s', async (_what, version) => {
  const person = user('Order')
  await takeThrough(fixture.store, [person])
  await record(await sent(factsOf(person, { version: { number: 5, at } })))
  await record(outcome(factsOf(person, { version }), { state: 'refused' }))
  expect(await known(person)).toMatchObject({ state: 'sent', facts: { version: { number: 5, at } } })
})

describe('the cursor', () => {
  const advance = { cursor: 'one', server: 'dc1:1024', epoch: 0, isLast: false }

  it('moves with the outcomes of its page', async () => {
    expect(await passwords().position(key)).toEqual({ cursor: undefined, epoch: 0 })
    const people = [outcome(factsOf(user('Page')))]
    expect(await passwords().record({ ...key, people, deleted: [], advance })).toBe(true)
    expect(await passwords().position(key)).toEqual({ cursor: 'one', epoch: 0 })
    const { positions } = await passwords().summary()
    expect(positions).toMatchObject([
      { server: 'dc1:1024', hasBegun: true, passedAt: null, newestChangeAt: at }
    ])
    await passwords().record({ ...key, people: [], deleted: [], advance: { ...advance, isLast: true } })
    expect((await passwords().summary()).positions[0]?.passedAt).toBeInstanceOf(Date)
  })

  it('does not move together with outcomes that cannot be recorded', async () => {
    await passwords().position(key)
    const people = [outcome(factsOf(user('Bad'), { selection: 'nonsense' as 'filtered' }))]
    await expect(passwords().record({ ...key, people, deleted: [], advance })).rejects.toThrow('selection')
    expect((await passwords().position(key)).cursor).toBeUndefined()
  })

  it('of before somebody asked for everything is not taken any more', async () => {
    await passwords().position(key)
    const person = user('Again')
    await record(outcome(factsOf(person)))
    expect(await passwords().resync({ all: true })).toBe(1)
    expect(await passwords().record({ ...key, people: [], deleted: [], advance })).toBe(false)
    expect(await passwords().position(key)).toEqual({ cursor: undefined, epoch: 1 })
    expect(await known(person)).toMatchObject({ asked: 1, answered: 0 })
  })
})

describe('who is due', () => {
  it('who has come into the tenant since', async () => {
    const person = user('Arrived')
    await stage(fixture.store, [person])
    await record(outcome(factsOf(person)))
    expect(await passwords().wakeArrived(connector)).toBe(0)
    await takeThrough(fixture.store, [{ ...person, attributes: { displayName: ['Arriving'] } }])
    expect(await passwords().wakeArrived(connector)).toBe(1)
    expect(await due()).toEqual([person.objectGuid])
    await record(await sent(factsOf(person)))
    expect(await passwords().wakeArrived(connector)).toBe(0)
    expect(await due()).toEqual([])
  })

  it('who is tried again, when it is time', async () => {
    const [soon, late] = [user('Soon'), user('Late')]
    await record(
      outcome(factsOf(soon), { state: 'retry', dueInMs: 0 }),
      outcome(factsOf(late), { state: 'retry', dueInMs: 60_000 })
    )
    expect(await due()).toEqual([soon.objectGuid])
  })

  it('whom somebody asks for, and also when that is while it is sent', async () => {
    const person = user('Asked')
    await takeThrough(fixture.store, [person])
    await record(await sent(factsOf(person)))
    expect(await passwords().resync({ objectGuids: [person.objectGuid, randomUUID()] })).toBe(1)
    expect(await due()).toEqual([person.objectGuid])
    await passwords().resync({ objectGuids: [person.objectGuid] })
    await record({ ...(await sent(factsOf(person))), asked: 1, answered: 1 })
    expect(await due()).toEqual([person.objectGuid])
    await record({ ...(await sent(factsOf(person))), asked: 2, answered: 2 })
    expect(await due()).toEqual([])
  })

  it('who has waited for the end of staging mode, and those who must change it', async () => {
    const [staged, changing] = [user('Staged'), user('Changing')]
    await record(
      outcome(factsOf(staged), { state: 'staging' }),
      outcome(factsOf(changing), { state: 'must-change' })
    )
    expect(await passwords().wakeWaiting(connector, 'staging')).toBe(1)
    expect(await due()).toEqual([staged.objectGuid])
    expect(await passwords().wakeWaiting(connector, 'must-change')).toBe(1)
  })

  it('who has come into scope, or has another account; who has none any more is told', async () => {
    const [scoped, moved, left, same] = [user('Scoped'), user('Moved'), user('Left'), user('Same')]
    await takeThrough(fixture.store, [scoped, moved, left, same])
    const other = await sent(factsOf(moved))
    await record(
      outcome(factsOf(scoped), { state: 'out-of-scope' }),
      { ...other, ...(other.sent && { sent: { ...other.sent, entraId: randomUUID() } }) },
      await sent(factsOf(left)),
      await sent(factsOf(same))
    )
    await takeThrough(fixture.store, [{ ...left, objectClass: 'computer' }])
    expect(await passwords().compareAccounts(connector)).toBe(2)
    expect(new Set(await due())).toEqual(new Set([scoped.objectGuid, moved.objectGuid]))
    expect(await stateOf(left)).toBe('out-of-scope')
    expect(await stateOf(same)).toBe('sent')
    expect(await passwords().compareAccounts(connector)).toBe(0)
  })
})

it('staging mode keeps everything from being sent', async () => {
  const { exportMode } = fixture.store
  expect(await passwords().unlessStaging(async () => 'sent')).toBe('sent')
  await exportMode.set({ mode: 'staging', by: 'test', reason: 'test', waitMs: 1_000 })
  let wasDone = false
  expect(await passwords().unlessStaging(async () => (wasDone = true))).toBeUndefined()
  expect(wasDone).toBe(false)
  await exportMode.set({ mode: 'export', by: 'test', reason: 'test', waitMs: 1_000 })
})

it('the list goes page by page, and can be filtered', async () => {
  await record(
    ...Array.from({ length: 5 }, (_each, number) => outcome(factsOf(user(`Listed ${number}`)))),
    outcome(factsOf(user('Off')), { state: 'disabled' })
  )
  const first = await passwords().list({ limit: 4 })
  expect(first.items).toHaveLength(4)
  const rest = await passwords().list({ limit: 4, ...(first.next !== undefined && { after: first.next }) })
  expect(rest.items).toHaveLength(2)
  expect(rest.next).toBeUndefined()
  expect(new Set([...first.items, ...rest.items].map(({ objectGuid }) => objectGuid)).size).toBe(6)
  expect((await passwords().list({ limit: 9, state: 'disabled' })).items).toMatchObject([
    { state: 'disabled' }
  ])
  expect((await passwords().list({ limit: 9, connector: 'elsewhere' })).items).toEqual([])
  expect((await passwords().summary()).states).toEqual([
    { state: 'disabled', people: 1 },
    { state: 'not-exported', people: 5 }
  ])
})

it('tells what keeps it from working, since when, and when the tenant last answered', async () => {
  await passwords().position(key)
  await passwords().problem(key, { code: 'ad-credentials', message: 'Check the account.' })
  const [before] = (await passwords().summary()).positions
  expect(before).toMatchObject({ problem: { code: 'ad-credentials' }, problemSince: expect.any(Date) })
  await passwords().problem(key, { code: 'ad-credentials', message: 'Check the account again.' })
  expect((await passwords().summary()).positions[0]?.problemSince).toEqual(before?.problemSince)
  await passwords().problem(key, undefined)
  const features = { passwordHashSync: true, forcePasswordChange: false, cloudPasswordPolicy: true }
  await passwords().heartbeat(key, features)
  expect((await passwords().summary()).positions).toMatchObject([
    { problem: null, problemSince: null, heartbeatAt: expect.any(Date), features }
  ])
})
