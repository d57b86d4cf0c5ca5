import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fixedClock } from './clock.ts'
import { type Fault, Faults } from './faults.ts'
import { items, newUser, startTestTenant, type TestTenant } from './test-client.ts'

const asked = { target: 'request', method: 'GET', path: '/users' } as const

function struckBy(faults: Faults, requests: number): number[] {
  for (let count = 0; count < requests; count += 1) faults.take(asked)
  return faults.toJSON().map(({ struck }) => struck)
}

describe('shares', () => {
  const hurricane: readonly Fault[] = [
    { status: 429, share: 0.05 },
    { status: 503, share: 0.02 },
    { drop: true, share: 0.01 }
  ]

  function withHurricane(seed: number): Faults {
    const faults = new Faults(fixedClock(), seed)
    for (const fault of hurricane) faults.add(fault)
    return faults
  }

  test('strike as many requests as they say, and the same ones with the same seed', () => {
    const struck = struckBy(withHurricane(1), 20_000)
    for (const [index, share] of [0.05, 0.02, 0.01].entries()) {
      expect((struck[index] ?? 0) / 20_000).toBeCloseTo(share, 2)
    }
    expect(struckBy(withHurricane(1), 20_000)).toEqual(struck)
    expect(struckBy(withHurricane(2), 20_000)).not.toEqual(struck)
  })

  test('end after as many times as they may strike', () => {
    const faults = new Faults(fixedClock(), 1)
    faults.add({ status: 503, share: 0.5, times: 3 })
    expect(struckBy(faults, 100)).toEqual([3])
    expect(faults.toJSON()).toMatchObject([{ left: 0 }])
  })

  test('are of the requests that a fault concerns', () => {
    const faults = new Faults(fixedClock(), 1)
    faults.add({ status: 503, share: 1, method: 'POST' })
    faults.add({ status: 504, share: 1 })
    expect(struckBy(faults, 5)).toEqual([0, 5])
  })
})

test('an outage begins and ends by the clock', () => {
  const clock = fixedClock()
  const faults = new Faults(clock)
  faults.add({ status: 503, afterMs: 1000, forMs: 500 })
  const statuses = [0, 999, 1, 499, 1].map(passedMs => {
    clock.advance(passedMs)
    return faults.take(asked)?.status
  })
  expect(statuses).toEqual([undefined, undefined, 503, 503, undefined])
})

describe('a damaged answer', () => {
  let tenant: TestTenant
  beforeAll(async () => {
    tenant = await startTestTenant()
  })
  afterAll(() => tenant[Symbol.asyncDispose]())
  beforeEach(() => tenant.emulator.faults.clear())

  test('ends in the middle: the connection is closed, and the request was carried out', async () => {
    tenant.emulator.faults.add({ half: 'connection', times: 1, method: 'POST' })
    await expect(tenant.graph('POST', '/users', newUser('half'))).rejects.toThrow()
    expect((await tenant.graph('GET', '/users/half@contoso.com')).status).toBe(200)
  })

  test('without a body is no answer at all', async () => {
    const id = await tenant.createUser('none')
    tenant.emulator.faults.add({ half: 'connection', times: 1, method: 'DELETE' })
    await expect(tenant.graph('DELETE', `/users/${id}`)).rejects.toThrow()
    expect((await tenant.graph('GET', `/users/${id}`)).status).toBe(404)
  })

  test('is half of a JSON with a length that fits', async () => {
    tenant.emulator.faults.add({ half: 'json', times: 1 })
    await expect(tenant.graph('GET', '/users')).rejects.toThrow(SyntaxError)
  })

  test('is the page of a gateway', async () => {
    tenant.emulator.faults.add({ html: true, times: 1, method: 'POST' })
    const answer = await tenant.graph('POST', '/users', newUser('gateway'))
    expect(answer.status).toBe(502)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.text).toContain('<h1>502 Bad Gateway</h1>')
    tenant.emulator.faults.add({ html: true, times: 1, carriedOut: true, status: 504 })
    expect((await tenant.graph('POST', '/users', newUser('gateway'))).status).toBe(504)
    expect((await tenant.graph('GET', '/users/gateway@contoso.com')).status).toBe(200)
  })

  test('comes slowly, and whole', async () => {
    tenant.emulator.faults.add({ slowBodyMs: 100, times: 1 })
    const began = performance.now()
    expect(items(await tenant.graph('GET', '/users')).length).toBeGreaterThan(0)
    expect(performance.now() - began).toBeGreaterThan(90)
  })
})
