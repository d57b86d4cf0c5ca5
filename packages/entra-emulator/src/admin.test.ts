import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import {
  errorOf,
  items,
  newUser,
  objectOf,
  reference,
  requestToken,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

let tenant: TestTenant

beforeAll(async () => {
  tenant = await startTestTenant({ clock: fixedClock('2026-01-01T00:00:00Z') })
})

afterAll(() => tenant[Symbol.asyncDispose]())

beforeEach(async () => {
  await admin('POST', 'faults/clear')
  await admin('POST', 'requests/reset')
})

async function admin(method: string, path: string, body?: object) {
  const response = await fetch(`${tenant.emulator.graphUrl}/emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  return { status: response.status, body: objectOf(await response.json()) }
}

describe('the admin surface', () => {
  test('gives and takes roles', async () => {
    const id = await tenant.createUser('admin')
    const given = { principalId: id, role: 'Global Administrator' }
    expect((await admin('POST', 'roles', given)).status).toBe(200)
    expect((await tenant.graph('PATCH', `/users/${id}`, { accountEnabled: false })).status).toBe(403)
    await admin('POST', 'roles', { ...given, given: false })
    expect((await tenant.graph('PATCH', `/users/${id}`, { accountEnabled: false })).status).toBe(204)
    expect((await admin('POST', 'roles', { ...given, principalId: 'nobody' })).status).toBe(404)
  })

  test('makes contacts, addresses and directory extensions', async () => {
    const contact = await admin('POST', 'contacts', { displayName: 'Contact', mail: 'c@elsewhere.example' })
    expect((await tenant.graph('GET', `/contacts/${String(contact.body.id)}`)).body).toMatchObject({
      mail: 'c@elsewhere.example',
      proxyAddresses: ['SMTP:c@elsewhere.example']
    })
    const id = await tenant.createUser('addressed')
    const properties = { proxyAddresses: ['smtp:second@contoso.com'] }
    await admin('POST', 'objects', { id, properties })
    expect((await tenant.graph('GET', `/users/${id}?$select=proxyAddresses`)).body).toMatchObject(properties)
    const name = 'extension_0123456789abcdef0123456789abcdef_code'
    await admin('POST', 'extensions', { name, targetObjects: ['User'] })
    expect((await tenant.graph('PATCH', `/users/${id}`, { [name]: 'x' })).status).toBe(204)
    expect((await admin('POST', 'extensions', { name: 'code', targetObjects: ['User'] })).status).toBe(400)
  })

  test('counts requests and keeps the log of writes', async () => {
    await tenant.createUser('ann')
    await tenant.graph('GET', '/users')
    expect((await admin('GET', 'requests')).body).toMatchObject({
      total: 2,
      writes: 1,
      byOperation: { 'POST /users': 1, 'GET /users': 1 },
      log: [{ method: 'POST', path: '/users', status: 201, inBatch: false }]
    })
    await admin('POST', 'requests/reset')
    expect((await admin('GET', 'requests')).body).toMatchObject({
      total: 0,
      writes: 0,
      byOperation: {},
      log: []
    })
  })

  test('lets the next requests fail', async () => {
    await admin('POST', 'faults', { times: 2, status: 429, retryAfterSeconds: 1.5, pathContains: '/users' })
    const first = await tenant.graph('GET', '/users')
    expect(first.status).toBe(429)
    expect(first.headers.get('retry-after')).toBe('1.5')
    expect(errorOf(first).code).toBe('TooManyRequests')
    expect((await tenant.graph('GET', '/groups')).status).toBe(200)
    expect((await tenant.graph('GET', '/users')).status).toBe(429)
    expect((await tenant.graph('GET', '/users')).status).toBe(200)
  })

  test('lets items of a batch fail', async () => {
    await admin('POST', 'faults', { times: 1, target: 'item', status: 503, retryAfterSeconds: 2 })
    const requests = ['1', '2'].map(id => ({ id, method: 'GET', url: '/organization' }))
    const answer = await tenant.graph('POST', '/$batch', { requests })
    expect(items(answer, 'responses')).toMatchObject([
      { status: 503, headers: { 'Retry-After': '2' } },
      { status: 200 }
    ])
  })

  test('loses the answer of a request that is carried out', async () => {
    await admin('POST', 'faults', { times: 1, method: 'POST', status: 504, carriedOut: true })
    expect((await tenant.graph('POST', '/users', newUser('lost'))).status).toBe(504)
    expect((await tenant.graph('GET', '/users/lost@contoso.com')).status).toBe(200)
  })

  test('drops the connection', async () => {
    await admin('POST', 'faults', { times: 1, drop: true, method: 'POST' })
    await expect(tenant.graph('POST', '/users', newUser('dropped'))).rejects.toThrow()
    expect((await tenant.graph('GET', '/users/dropped@contoso.com')).status).toBe(404)
  })

  test('lets the token endpoint fail', async () => {
    await admin('POST', 'faults', { times: 1, target: 'token', status: 503 })
    expect((await requestToken(tenant.emulator)).status).toBe(503)
    expect((await requestToken(tenant.emulator)).status).toBe(200)
  })

  test('moves the clock', async () => {
    const { body } = await admin('POST', 'clock', { advanceMs: 60_000 })
    expect(body).toEqual({ now: '2026-01-01T00:01:00.000Z' })
  })

  test('makes the secret wrong and right again', async () => {
    const { clientSecret } = tenant.emulator
    await admin('POST', 'credentials', { clientSecret: 'another' })
    expect((await requestToken(tenant.emulator, { client_secret: clientSecret })).status).toBe(401)
    await admin('POST', 'credentials', { clientSecret })
    expect((await requestToken(tenant.emulator, { client_secret: clientSecret })).status).toBe(200)
  })

  test('tells how often each fault has struck', async () => {
    await admin('POST', 'faults', { times: 2, status: 503, pathContains: '/groups' })
    await admin('POST', 'faults', { share: 1, html: true, status: 502, method: 'GET' })
    for (const path of ['/groups', '/users', '/users']) await tenant.graph('GET', path)
    const response = await fetch(`${tenant.emulator.graphUrl}/emulator/faults`)
    expect(await response.json()).toMatchObject([
      { status: 503, struck: 1, left: 1 },
      { html: true, struck: 2 }
    ])
    expect((await admin('GET', 'requests')).body.byStatus).toEqual({ 502: 2, 503: 1 })
  })

  test('changes throttling, lag and behaviour while the tenant runs', async () => {
    const before = (await admin('GET', 'behaviour')).body
    expect(before).toMatchObject({ throttling: 'off', replicationLagMs: 0, staleReads: 'off' })
    const change = {
      throttling: { writes: 1 },
      replicationLagMs: { min: 10, max: 20 },
      behaviour: { throttledBatchStatus: 'alternate' }
    }
    expect((await admin('POST', 'behaviour', change)).body).toMatchObject(change)
    const id = await tenant.createUser('throttled')
    expect((await tenant.graph('GET', `/users/${id}`)).status).toBe(404)
    const refused = await tenant.graph('DELETE', `/users/${id}`)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('165')
    // The clock moves quotas and lag.
    await admin('POST', 'clock', { advanceMs: 165_000 })
    expect((await tenant.graph('DELETE', `/users/${id}`)).status).toBe(204)
    await admin('POST', 'quota-use', { writes: 5, appId: tenant.emulator.clientId })
    const { applications } = (await admin('GET', 'quota-use')).body
    expect(objectOf(applications)[tenant.emulator.clientId]).toMatchObject({
      writes: { left: 0, granted: 2, refused: 1, early: 0 }
    })
    await admin('POST', 'behaviour', {
      throttling: 'off',
      replicationLagMs: 0,
      behaviour: { throttledBatchStatus: 200 }
    })
    expect((await admin('GET', 'behaviour')).body).toEqual(before)
  })

  test('makes many users that nobody counts as written', async () => {
    const users = Array.from({ length: 1000 }, (_, index) => ({
      userPrincipalName: `cloud${index}@contoso.com`,
      mail: `cloud${index}@contoso.com`,
      department: 'Cloud'
    }))
    const answer = await admin('POST', 'users', users)
    const ids = Array.isArray(answer.body.ids) ? answer.body.ids : []
    expect(new Set(ids).size).toBe(1000)
    expect((await admin('GET', 'requests')).body).toMatchObject({ writes: 0, total: 0 })
    expect((await admin('GET', 'writes-by-object')).body).toEqual({
      objects: [],
      createdByAnchor: {},
      createdTwice: []
    })
    const select = '$select=displayName,proxyAddresses,accountEnabled,userType,department'
    expect((await tenant.graph('GET', `/users/${String(ids[7])}?${select}`)).body).toMatchObject({
      displayName: 'cloud7',
      proxyAddresses: ['SMTP:cloud7@contoso.com'],
      accountEnabled: true,
      userType: 'Member',
      department: 'Cloud'
    })
    const live = objectOf((await admin('GET', 'state')).body.live)
    const again = [{ userPrincipalName: 'new@contoso.com' }, { userPrincipalName: 'cloud3@contoso.com' }]
    const refused = await admin('POST', 'users', again)
    expect(refused.status).toBe(400)
    expect(refused.body.error).toContain('cloud3@contoso.com: its userPrincipalName belongs to')
    expect(objectOf((await admin('GET', 'state')).body.live)).toEqual(live)
    expect((await admin('POST', 'users', [{ displayName: 'nameless' }])).status).toBe(400)
  })

  test('proves what was written how often', async () => {
    const anchor = { onPremisesImmutableId: 'anchor-1' }
    const first = await tenant.createUser('counted', anchor)
    await tenant.graph('POST', '/users', { ...newUser('other'), ...anchor })
    await tenant.graph('PATCH', `/users/${first}`, { city: 'Ulm' })
    const group = await tenant.createGroup('counted', { uniqueName: 'group-1' })
    await tenant.graph('POST', `/groups/${group}/members/$ref`, reference(first))
    await tenant.graph('DELETE', `/users/${first}`)
    await tenant.graph('POST', `/directory/deletedItems/${first}/restore`)
    const none = { created: 0, updated: 0, deleted: 0, restored: 0, purged: 0, linked: 0 }
    expect((await admin('GET', 'writes-by-object')).body).toEqual({
      objects: [
        {
          ...none,
          id: first,
          kind: 'user',
          anchor: 'anchor-1',
          created: 1,
          updated: 1,
          deleted: 1,
          restored: 1
        },
        { ...none, id: group, kind: 'group', anchor: 'group-1', created: 1, linked: 1 }
      ],
      createdByAnchor: { 'user:anchor-1': 1, 'group:group-1': 1 },
      createdTwice: []
    })
    await tenant.graph('DELETE', `/users/${first}`)
    await tenant.graph('DELETE', `/directory/deletedItems/${first}`)
    const second = await tenant.createUser('counted', anchor)
    const { createdTwice, objects } = (await admin('GET', 'writes-by-object')).body
    expect(createdTwice).toEqual(['user:anchor-1'])
    expect(objects).toContainEqual(expect.objectContaining({ id: first, deleted: 2, purged: 1 }))
    await tenant.graph('DELETE', `/users/${second}`)
    expect((await admin('GET', 'state')).body).toMatchObject({ hidden: 0, bin: { user: expect.any(Number) } })
  })

  test('moves the bin, delta links and lag with the clock', async () => {
    const id = await tenant.createUser('binned')
    const page = await tenant.graph('GET', '/users/delta?$deltatoken=latest')
    await tenant.graph('DELETE', `/users/${id}`)
    await admin('POST', 'clock', { advanceMs: 8 * 86_400_000 })
    expect((await tenant.follow(page, '@odata.deltaLink')).status).toBe(410)
    expect((await tenant.graph('GET', `/directory/deletedItems/${id}`)).status).toBe(200)
    await admin('POST', 'clock', { advanceMs: 23 * 86_400_000 })
    expect((await tenant.graph('GET', `/directory/deletedItems/${id}`)).status).toBe(404)
  })

  test('refuses what it does not know', async () => {
    expect((await admin('POST', 'faults', { howMany: 3 })).status).toBe(400)
    expect((await admin('POST', 'behaviour', { throttling: { speed: 0 } })).status).toBe(400)
    expect((await admin('POST', 'behaviour', { staleReads: { share: 2, forMs: 1 } })).status).toBe(400)
    expect((await admin('POST', 'quota-use', { writes: -1 })).status).toBe(400)
    expect((await admin('GET', 'nothing')).status).toBe(404)
  })
})
