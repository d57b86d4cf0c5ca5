import { expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import { errorOf, items, newUser, objectOf, startTestTenant } from './test-client.ts'

const bindOf = (ids: readonly string[]) => ({ 'members@odata.bind': ids.map(id => `/users/${id}`) })

test('writes are refused beyond the quota, with how long to wait', async () => {
  await using tenant = await startTestTenant({
    clock: fixedClock(),
    throttling: { writes: 10, writeWindowMs: 10_000 }
  })
  for (let index = 0; index < 10; index += 1) await tenant.createUser(`u${index}`)
  const refused = await tenant.graph('POST', '/users', newUser('eleven'))
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.headers.get('x-ms-throttle-information')).toBe('WriteLimitExceeded')
  expect(refused.headers.get('x-ms-throttle-scope')).toMatch(/^Tenant_Application\/Write\//)
  expect(errorOf(refused).code).toBe('TooManyRequests')
  expect((await tenant.graph('GET', '/users')).status).toBe(200)
  tenant.emulator.clock.advance(2000)
  expect((await tenant.graph('POST', '/users', newUser('eleven'))).status).toBe(201)
})

test('a warning comes before the limit', async () => {
  await using tenant = await startTestTenant({ clock: fixedClock(), throttling: { writes: 10 } })
  for (let index = 0; index < 8; index += 1) await tenant.createUser(`u${index}`)
  const answer = await tenant.graph('POST', '/users', newUser('nine'))
  expect(answer.headers.get('x-ms-throttle-limit-percentage')).toBe('0.9')
})

test('items of a batch are metered one by one', async () => {
  for (const throttledBatchStatus of [200, 424] as const) {
    await using tenant = await startTestTenant({
      clock: fixedClock(),
      throttling: { writes: 2 },
      behaviour: { throttledBatchStatus }
    })
    const requests = [1, 2, 3].map(id => ({
      id: String(id),
      method: 'POST',
      url: '/users',
      headers: { 'Content-Type': 'application/json' },
      body: newUser(`u${id}`)
    }))
    const answer = await tenant.graph('POST', '/$batch', { requests })
    expect(answer.status).toBe(throttledBatchStatus)
    const responses = items(answer, 'responses')
    expect(responses.map(response => response.status)).toEqual([201, 201, 429])
    expect(objectOf(responses[2]?.headers)).toHaveProperty('Retry-After')
  }
})

test('a bind counts for a third of its members', async () => {
  await using tenant = await startTestTenant({ clock: fixedClock(), throttling: { writes: 20 } })
  const ids = [
    await tenant.createUser('a'),
    await tenant.createUser('b'),
    await tenant.createUser('c'),
    await tenant.createUser('d')
  ]
  const group = await tenant.createGroup('crew')
  const answer = await tenant.graph('PATCH', `/groups/${group}`, bindOf(ids))
  expect(answer.status).toBe(204)
  for (let index = 0; index < 13; index += 1) await tenant.createGroup(`g${index}`)
  expect((await tenant.graph('POST', '/users', newUser('more'))).status).toBe(429)
})

const costs: readonly (readonly [string, string])[] = [
  ['/users', '2'],
  ['/users?$select=id', '1'],
  ['/users?$expand=manager', '3'],
  ['/users?$top=5', '1'],
  ['/organization', '1'],
  ['/subscribedSkus', '3']
]

test('each answer tells its cost', async () => {
  await using tenant = await startTestTenant()
  for (const [path, cost] of costs) {
    expect((await tenant.graph('GET', path)).headers.get('x-ms-resource-unit'), path).toBe(cost)
  }
})
