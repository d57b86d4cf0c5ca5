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
  // One second for the refused request, which was charged as well, and one for its repetition.
  expect(refused.headers.get('retry-after')).toBe('2')
  expect(refused.headers.get('x-ms-throttle-information')).toBe('WriteLimitExceeded')
  expect(refused.headers.get('x-ms-throttle-scope')).toMatch(/^Tenant_Application\/Write\//)
  expect(errorOf(refused)).toMatchObject({
    code: 'TooManyRequests',
    message: 'Please retry again later.',
    innerError: { code: '429', message: 'Please retry after', status: '429' }
  })
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
  ['/subscribedSkus', '3'],
  ['/users/nobody/memberOf/microsoft.graph.group', '2']
]

test('a batch with throttled items answers 424 and 200 in turns', async () => {
  await using tenant = await startTestTenant({
    clock: fixedClock(),
    throttling: { writes: 1 },
    behaviour: { throttledBatchStatus: 'alternate' }
  })
  await tenant.createUser('first')
  const requests = [{ id: '1', method: 'DELETE', url: '/users/first@contoso.com' }]
  const statuses = [1, 2, 3].map(() => tenant.graph('POST', '/$batch', { requests }))
  expect(
    (await Promise.all(statuses)).map(({ status }) => status).toSorted((left, right) => left - right)
  ).toEqual([200, 424, 424])
  const reads = [{ id: '1', method: 'GET', url: '/users' }]
  expect((await tenant.graph('POST', '/$batch', { requests: reads })).status).toBe(200)
})

test('ten times the speed is ten times as much per second', async () => {
  await using tenant = await startTestTenant({
    clock: fixedClock(),
    throttling: { filledAtStart: 0, speed: 10 }
  })
  const { clock } = tenant.emulator
  clock.advance(50)
  for (let index = 0; index < 10; index += 1) await tenant.createUser(`u${index}`)
  const refused = await tenant.graph('POST', '/users', newUser('more'))
  expect(refused.status).toBe(429)
  // 200 writes in a second: 10 ms for the one refused and its repetition.
  expect(refused.headers.get('retry-after')).toBe('0.01')
  expect(Number(refused.headers.get('x-ms-throttle-limit-percentage'))).toBeGreaterThan(1)
  clock.advance(10)
  expect((await tenant.graph('POST', '/users', newUser('more'))).status).toBe(201)
})

test.each([
  ['S', 3500],
  ['M', 5000],
  ['L', 8000]
] as const)('a tenant of size %s has %i resource units', async (tenantSize, units) => {
  await using tenant = await startTestTenant({ clock: fixedClock(), throttling: { tenantSize } })
  await tenant.graph('GET', '/users')
  const { applications } = tenant.emulator.conditions.throttling.report()
  expect(applications[tenant.emulator.clientId]?.resourceUnits).toMatchObject({
    capacity: units,
    left: units - 2
  })
})

test('what other applications write leaves less of the quota of the tenant', async () => {
  await using tenant = await startTestTenant({ clock: fixedClock(), throttling: { tenantWrites: 4 } })
  const { throttling } = tenant.emulator.conditions
  await tenant.createUser('one')
  throttling.use({ writes: 2 })
  await tenant.createUser('two')
  const refused = await tenant.graph('POST', '/users', newUser('three'))
  expect(refused.headers.get('x-ms-throttle-scope')).toMatch(/^Tenant\/Write\//)
  throttling.configure({ tenantWrites: 4, othersShare: 1 })
  tenant.emulator.clock.advance(300_000)
  expect((await tenant.graph('POST', '/users', newUser('three'))).status).toBe(429)
  throttling.configure({ tenantWrites: 4, othersShare: 0 })
  tenant.emulator.clock.advance(300_000)
  expect((await tenant.graph('POST', '/users', newUser('three'))).status).toBe(201)
})

test('refusals of the directory tell their cost, too', async () => {
  await using tenant = await startTestTenant()
  const answer = await tenant.graph('GET', '/users/nobody@contoso.com')
  expect(answer.status).toBe(404)
  expect(answer.headers.get('x-ms-resource-unit')).toBe('1')
  const requests = [{ id: '1', method: 'GET', url: '/users/nobody@contoso.com' }]
  const [item] = items(await tenant.graph('POST', '/$batch', { requests }), 'responses')
  expect(objectOf(item?.headers)).toMatchObject({ 'x-ms-resource-unit': '1' })
})

test('each answer tells its cost', async () => {
  await using tenant = await startTestTenant()
  for (const [path, cost] of costs) {
    expect((await tenant.graph('GET', path)).headers.get('x-ms-resource-unit'), path).toBe(cost)
  }
})
