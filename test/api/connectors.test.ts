import { randomUUID } from 'node:crypto'
import { queues as definitions } from '@opendirsync/contracts'
import { connectQueues } from '@opendirsync/queue'
import { createHealth, createLogger } from '@opendirsync/runtime'
import { freePort, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readApiKeys } from '../../services/api/src/api-keys.ts'
import { buildApp } from '../../services/api/src/app.ts'
import type { App } from '../../services/api/src/app-type.ts'
import { connector, group, namingContext, stage, synchronise, user } from '../store/fixtures.ts'
import { type Api, key, startApi } from './start-api.ts'

let api: Api
beforeAll(async () => {
  api = await startApi()
}, 60_000)
afterAll(async () => {
  await api[Symbol.asyncDispose]()
})

const path = `/v1/connectors/${connector}/scope`
const sales = user('Sales', { dn: `OU=Field\\, Sales,${namingContext}`, objectClass: 'organizationalUnit' })
const labs = user('Labs', { dn: `OU=Labs,${namingContext}`, objectClass: 'organizationalUnit' })
const ada = user('Ada', { parentGuid: sales.objectGuid })
const bob = user('Bob', { parentGuid: labs.objectGuid })
const pilot = group('Pilot', [bob.objectGuid], { parentGuid: labs.objectGuid })
const includeSales = { containers: { include: [sales.dn ?? ''] } }

interface Answer {
  readonly status: number
  readonly etag: unknown
  readonly body: Record<string, unknown>
}

async function ask(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  { body, ifMatch, app = api.app }: { body?: object; ifMatch?: string; app?: App } = {}
): Promise<Answer> {
  const response = await app.inject({
    method,
    url,
    headers: { 'x-api-key': key, ...(ifMatch !== undefined && { 'if-match': ifMatch }) },
    ...(body !== undefined && { payload: body })
  })
  return { status: response.statusCode, etag: response.headers.etag, body: response.json() }
}

const change = async (body: object, app?: App) =>
  ask('PUT', path, { body, ifMatch: '*', ...(app !== undefined && { app }) })

beforeEach(async () => {
  await stage(api.store, [sales, labs, ada, bob, pilot])
  await ask('DELETE', path, { ifMatch: '*' })
  const waiting = await api.store.pending.staged(100)
  await synchronise(
    api.store,
    waiting.map(({ objectGuid }) => objectGuid)
  )
})

describe('connectors', () => {
  it('are listed with where their import stands', async () => {
    const [first] = (await ask('GET', '/v1/connectors')).body.connectors as Record<string, unknown>[]
    expect(first).toEqual({
      name: connector,
      kind: 'active-directory',
      namingContext,
      cookie: { server: 'dc1', advancedAt: expect.stringMatching(/^20\d\d-.*Z$/) },
      scope: { revision: expect.any(Number), limited: false }
    })
    expect((await ask('GET', `/v1/connectors/${connector.toUpperCase()}`)).body).toEqual(first)
  })

  it('that are not known are told as such, wherever they are named', async () => {
    const unknown = { status: 404, body: { type: 'urn:opendirsync:problem:connector-unknown' } }
    expect(await ask('GET', '/v1/connectors/nowhere')).toMatchObject(unknown)
    expect(await ask('GET', '/v1/connectors/nowhere/scope')).toMatchObject(unknown)
    expect(await ask('PUT', '/v1/connectors/nowhere/scope', { body: {}, ifMatch: '*' })).toMatchObject(
      unknown
    )
    expect(await ask('POST', '/v1/connectors/nowhere/scope/preview', { body: {} })).toMatchObject(unknown)
  })
})

describe('a scope', () => {
  it('is previewed, applied and read, and removed again', async () => {
    const preview = await ask('POST', `${path}/preview`, { body: includeSales })
    const counts = {
      leaving: { users: 1, groups: 1, contacts: 0 },
      inScope: { users: 1, groups: 0, contacts: 0 }
    }
    expect(preview).toMatchObject({
      status: 200,
      body: { ...counts, exportsAffected: 2, missingAttributes: [] }
    })
    expect(preview.body.samples).toMatchObject({
      entering: [],
      leaving: [
        { objectGuid: bob.objectGuid, part: 'container' },
        { objectGuid: pilot.objectGuid, part: 'container' }
      ]
    })

    const before = await ask('GET', path)
    expect(before.body.scope).toEqual({})
    const applied = await ask('PUT', path, { body: includeSales, ifMatch: String(before.etag) })
    const containers = {
      include: [{ objectGuid: sales.objectGuid, dn: sales.dn }],
      exclude: [],
      newContainers: 'in'
    }
    expect(applied).toMatchObject({ status: 200, body: { ...counts, scope: { containers } } })
    const after = await ask('GET', path)
    expect(after).toEqual({
      status: 200,
      etag: applied.etag,
      body: { scope: { containers }, revision: applied.body.revision, appliedAt: applied.body.appliedAt }
    })
    expect(after.etag).not.toBe(before.etag)

    const removed = await ask('DELETE', path, { ifMatch: String(after.etag) })
    expect(removed).toMatchObject({ status: 200, body: { scope: {}, entering: { users: 1, groups: 1 } } })
  })

  it('is changed only by whoever has read the newest one', async () => {
    const missing = await ask('PUT', path, { body: includeSales })
    expect(missing).toMatchObject({ status: 428, body: { type: 'urn:opendirsync:problem:if-match-missing' } })
    expect(await ask('DELETE', path)).toMatchObject({ status: 428 })
    const stale = String((await ask('GET', path)).etag)
    await change(includeSales)
    const late = { status: 412, body: { type: 'urn:opendirsync:problem:changed-meanwhile' } }
    expect(await ask('PUT', path, { body: {}, ifMatch: stale })).toMatchObject(late)
    expect(await ask('DELETE', path, { ifMatch: stale })).toMatchObject(late)
    expect((await ask('GET', path)).body.scope).toHaveProperty('containers')
  })

  it('finds containers and groups by name, however it is written, and by objectGUID', async () => {
    const include = [
      `ou=field\\, sales, dc=CORP,dc=example, dc=test`,
      `{${labs.objectGuid.toUpperCase()}}`,
      labs.dn ?? ''
    ]
    const { status, body } = await change({ containers: { include }, groups: [pilot.objectGuid] })
    expect({ status, scope: body.scope }).toMatchObject({
      status: 200,
      scope: {
        containers: {
          include: [{ objectGuid: sales.objectGuid }, { objectGuid: labs.objectGuid, dn: labs.dn }]
        },
        groups: [{ objectGuid: pilot.objectGuid }]
      }
    })
    expect(body.inScope).toEqual({ users: 1, groups: 1, contacts: 0 })
  })

  it('tells everything that is wrong with it at once', async () => {
    const wrong = {
      containers: {
        include: ['OU=Nowhere,DC=x', ada.objectGuid, sales.objectGuid],
        exclude: [sales.objectGuid]
      },
      groups: [labs.dn, randomUUID()],
      conditions: [
        [
          { attribute: 'title', operator: 'equals' },
          { attribute: 'title', operator: 'absent', value: 'x' },
          { attribute: 'managedBy', operator: 'present' }
        ]
      ]
    }
    const told = { status: 400, body: { type: 'urn:opendirsync:problem:scope-faulty' } }
    const answer = await change(wrong)
    expect(answer).toMatchObject(told)
    expect(answer.body.errors).toMatchObject([
      {
        pointer: '/body/containers/include/0',
        detail: expect.stringMatching(/No object OU=Nowhere.*import first/)
      },
      {
        pointer: '/body/containers/include/1',
        detail: expect.stringMatching(/is not a container, but of the class user/)
      },
      {
        pointer: '/body/groups/0',
        detail: expect.stringMatching(/is not a group, but of the class organizationalUnit/)
      },
      { pointer: '/body/groups/1' },
      { pointer: '/body/containers/exclude', detail: expect.stringMatching(/both included and excluded/) },
      { pointer: '/body/conditions/0/0', detail: expect.stringMatching(/Give one/) },
      { pointer: '/body/conditions/0/1', detail: expect.stringMatching(/Leave value out/) },
      { pointer: '/body/conditions/0/2', detail: expect.stringMatching(/links objects/) }
    ])
    expect(await ask('POST', `${path}/preview`, { body: wrong })).toMatchObject(told)
  })

  const malformed: [name: string, body: object, pointer: string][] = [
    ['an unknown part', { ous: [] }, '/body'],
    ['a list of no groups', { groups: [] }, '/body/groups'],
    [
      'an unknown operator',
      { conditions: [[{ attribute: 'title', operator: 'like' }]] },
      '/body/conditions/0/0/operator'
    ],
    [
      'an attribute that cannot be one',
      { conditions: [[{ attribute: '(x)', operator: 'present' }]] },
      '/body/conditions/0/0/attribute'
    ]
  ]
  it.each(malformed)('with %s is refused', async (_name, body, pointer) => {
    const answer = await change(body)
    expect(answer).toMatchObject({ status: 400, body: { type: 'urn:opendirsync:problem:invalid-request' } })
    expect((answer.body.errors as { pointer: string }[]).map(error => error.pointer)).toContain(pointer)
  })

  it('publishes what changed sides', async () => {
    const seen = new Set<string>()
    await using _transform = api.queues.consume(
      definitions.objectStaged,
      { concurrency: 1 },
      async message => {
        for (const guid of message.objectGuids) seen.add(guid)
        return 'seen'
      }
    )
    await change(includeSales)
    await waitFor(() => seen.has(bob.objectGuid) && seen.has(pilot.objectGuid))
  })

  it('is applied without Redis too; the rows say what is pending', async () => {
    const log = createLogger({ name: 'api', destination: { write: () => {} } })
    await using queues = connectQueues({ redisUrl: `redis://127.0.0.1:${await freePort()}`, log })
    const apiKeys = readApiKeys(`tester:${key}`)
    await using app = await buildApp({ store: api.store, queues, health: createHealth({}), apiKeys, log })
    expect(await change(includeSales, app)).toMatchObject({ status: 200 })
    const pending = await api.store.pending.staged(10)
    expect(pending.map(({ objectGuid }) => objectGuid).toSorted()).toEqual(
      [bob.objectGuid, pilot.objectGuid].toSorted()
    )
  })

  it('asks for a full import where its conditions read what was not imported', async () => {
    const conditions = [[{ attribute: 'employeeType', operator: 'present' }]]
    const { body } = await change({ conditions })
    expect(body).toMatchObject({ missingAttributes: ['employeeType'], leaving: { users: 0 } })
    expect(await api.store.runs.get(String(body.runId))).toMatchObject({
      mode: 'full',
      state: 'queued',
      reason: expect.stringMatching(/employeeType/)
    })
  })
})
