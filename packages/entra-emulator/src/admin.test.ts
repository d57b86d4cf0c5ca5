import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import {
  errorOf,
  items,
  newUser,
  objectOf,
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

  test('refuses what it does not know', async () => {
    expect((await admin('POST', 'faults', { howMany: 3 })).status).toBe(400)
    expect((await admin('GET', 'nothing')).status).toBe(404)
  })
})
