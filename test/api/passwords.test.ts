import { randomUUID } from 'node:crypto'
import type { PersonOutcome } from '@opendirsync/store'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Api, startApi } from './start-api.ts'

let api: Api
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api[Symbol.asyncDispose]())

const key = { connector: 'corp.example.test', namingContext: 'DC=corp,DC=example,DC=test' }
const at = new Date('2026-11-22T10:00:00Z')
const ada = randomUUID()
const off = randomUUID()

function person(objectGuid: string, name: string, changes: Partial<PersonOutcome>): PersonOutcome {
  return {
    facts: {
      ...{ objectGuid, dn: `CN=${name}`, objectClass: 'user', userAccountControl: 512, mustChange: false },
      ...{ passwordSetAt: at, selection: null, version: { number: 2, at } }
    },
    ...{ state: 'sent', attempts: 0, asked: 0, answered: 0 },
    ...changes
  }
}

it('says that nothing was ever read', async () => {
  expect((await api.get('/v1/passwords')).body).toEqual({ items: [] })
  expect((await api.get('/v1/passwords/summary')).body).toEqual({ states: [], positions: [] })
  expect(await api.get(`/v1/objects/${ada}/password`)).toMatchObject({
    status: 404,
    body: { type: 'urn:opendirsync:problem:password-unknown' }
  })
})

it('lists the passwords of people, by state', async () => {
  const { passwords } = api.store
  await passwords.position(key)
  const sent = { version: { number: 2, at }, forced: false, entraId: randomUUID() }
  const people = [person(ada, 'Ada', { sent }), person(off, 'Off', { state: 'disabled' })]
  const advance = { cursor: 'here', server: 'dc1:49152', epoch: 0, isLast: true }
  await passwords.record({ ...key, people, deleted: [], advance })
  const { body } = await api.get('/v1/passwords?state=sent')
  expect(body).toEqual({
    items: [
      {
        connector: key.connector,
        objectGuid: ada,
        dn: 'CN=Ada',
        state: 'sent',
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        passwordSetAt: at.toISOString(),
        version: 2,
        versionAt: at.toISOString(),
        sentVersion: 2,
        sentVersionAt: at.toISOString(),
        sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
        attempts: 0,
        problem: null,
        retriesAt: null
      }
    ]
  })
  expect((await api.get(`/v1/objects/${off}/password`)).body).toMatchObject({
    state: 'disabled',
    sentAt: null
  })
  expect((await api.get('/v1/passwords?state=nonsense')).status).toBe(400)
})

it('goes page by page', async () => {
  const first = (await api.get('/v1/passwords?limit=1')).body as { items: unknown[]; next: string }
  expect(first.items).toHaveLength(1)
  const second = (await api.get(`/v1/passwords?limit=1&after=${encodeURIComponent(first.next)}`)).body
  expect(second).toMatchObject({ items: [{ connector: key.connector }] })
  expect(second).not.toHaveProperty('next')
})

it('tells how far the passwords were read, and how old the newest is', async () => {
  const features = { passwordHashSync: true, forcePasswordChange: true, cloudPasswordPolicy: false }
  await api.store.passwords.heartbeat(key, features)
  const { body } = await api.get('/v1/passwords/summary')
  expect(body).toMatchObject({
    states: [
      { state: 'disabled', people: 1 },
      { state: 'sent', people: 1 }
    ],
    positions: [
      {
        ...key,
        server: 'dc1:49152',
        hasBegun: true,
        features,
        newestChangeAt: at.toISOString(),
        problem: null
      }
    ]
  })
  const [position] = (body as { positions: { newestChangeAgeSeconds: number }[] }).positions
  expect(position?.newestChangeAgeSeconds).toBe(Math.max(0, Math.round((Date.now() - at.getTime()) / 1_000)))
})

it('has passwords sent again', async () => {
  expect(await api.post('/v1/passwords/resync', { objectGuids: [ada] })).toMatchObject({
    status: 202,
    body: { people: 1 }
  })
  expect(await api.store.passwords.due({ connector: key.connector, limit: 9 })).toEqual([ada])
  expect(await api.post('/v1/passwords/resync', { all: true })).toMatchObject({
    status: 202,
    body: { people: 2 }
  })
  expect(await api.store.passwords.position(key)).toEqual({ cursor: undefined, epoch: 1 })
})

it.each([
  [404, { objectGuids: [randomUUID()] }],
  [400, { objectGuids: [] }],
  [400, { objectGuids: ['nobody'] }],
  [400, { all: false }],
  [400, { all: true, objectGuids: [ada] }],
  [400, {}]
])('answers %s to %j', async (status, body) => {
  expect((await api.post('/v1/passwords/resync', body)).status).toBe(status)
})
