import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type RedisConnection, redisForFile } from './redis-for-file.ts'
import { bind, mostBeyond, type Plan, quietAsk, read, simulate, write, writesIn } from './virtual-time.ts'

let connection: RedisConnection
redisForFile(opened => {
  connection = opened
})

const untilMs = 20_000
const time = fc.integer({ min: 0, max: untilMs })
const taker = fc.record({
  lane: fc.constantFrom(1 as const, 2 as const, 3 as const),
  costs: fc.array(fc.constantFrom(write, bind, read), { minLength: 1, maxLength: 5 }),
  fromMs: time,
  busyMs: fc.integer({ min: 1, max: 3_000 })
})
const news = fc.oneof(
  fc.record({ refused: fc.constantFrom(['writes'], ['units'], ['writes', 'units']) }),
  fc.record({ nearLimit: fc.constant(true) }),
  fc.record({ unitsBeyond: fc.integer({ min: 0, max: 500 }) })
)
const rates = fc.record({
  writesPerSecond: fc.constantFrom(0.7, 2, 8, 16, 200),
  unitsPerSecond: fc.constantFrom(9, 280, 640)
})

it('no window has more than the rate and what may be gathered, whatever happens', async () => {
  const event = fc.oneof(
    fc.record({ atMs: time, flush: fc.constant(true) }),
    fc.record({ atMs: time, news: news as fc.Arbitrary<NonNullable<NonNullable<Plan['events']>[0]['news']>> })
  )
  await fc.assert(
    fc.asyncProperty(
      rates,
      fc.array(taker, { minLength: 1, maxLength: 5 }),
      fc.array(event, { maxLength: 6 }),
      async (rate, takers, events) => {
        const grants = await simulate(connection, { ...rate, takers, events, untilMs })
        const { limits } = quietAsk(rate.writesPerSecond, rate.unitsPerSecond)
        for (const quota of ['writes', 'units'] as const) {
          const { perSecond, capacity } = limits[quota]
          expect(mostBeyond(grants, quota, perSecond)).toBeLessThanOrEqual(capacity + 0.001)
        }
      }
    ),
    { numRuns: 40 }
  )
})

it('a new budget and an emptied Redis give no burst', async () => {
  await fc.assert(
    fc.asyncProperty(
      rates,
      fc.array(taker, { minLength: 1, maxLength: 4 }),
      time,
      async (rate, takers, atMs) => {
        const plan = { ...rate, takers, events: [{ atMs, flush: true }], untilMs }
        const grants = (await simulate(connection, plan)).filter(grant => grant.atMs >= atMs)
        let granted = 0
        for (const grant of grants) {
          granted += grant.writes
          expect(granted).toBeLessThanOrEqual(((grant.atMs - atMs) / 1_000) * rate.writesPerSecond + 0.001)
        }
      }
    ),
    { numRuns: 30 }
  )
})

it('nobody waits for ever', async () => {
  const busy = fc.record({
    lane: fc.constantFrom(1 as const, 2 as const, 3 as const),
    costs: fc.array(fc.constantFrom(write, bind), { minLength: 1, maxLength: 5 })
  })
  await fc.assert(
    fc.asyncProperty(fc.array(busy, { minLength: 2, maxLength: 5 }), async takers => {
      const grants = await simulate(connection, { writesPerSecond: 16, takers, untilMs: 60_000 })
      // What bulk is guaranteed, for one bind of each of five takers, which wait for one another.
      const longestMs = ((5 * 7) / (0.1 * 16)) * 1_000
      for (const number of takers.keys()) {
        const times = grants.filter(grant => grant.taker === number).map(({ atMs }) => atMs)
        const gaps = [...times, 60_000].map((atMs, position) => atMs - (times[position - 1] ?? 0))
        expect(Math.max(...gaps)).toBeLessThan(longestMs)
      }
    }),
    { numRuns: 15 }
  )
})

it('when the tenant refuses, the rate is halved, nothing gathered is left, and it recovers', async () => {
  const bulk = { lane: 3, costs: [write] } as const
  const events = [4_000, 4_100, 4_200].map(atMs => ({ atMs, news: { refused: ['writes'] } }) as const)
  const idle = { ...bulk, fromMs: 4_201 }
  const grants = await simulate(connection, { writesPerSecond: 100, takers: [idle], events, untilMs: 20_000 })
  expect(writesIn(grants, { toMs: 5_201 })).toBeGreaterThan(40)
  expect(writesIn(grants, { toMs: 5_201 })).toBeLessThan(60)
  expect(writesIn(grants, { fromMs: 15_000, toMs: 20_000 })).toBeGreaterThan(480)
})

it('near the limit the rate goes down by a fifth, at most once in two seconds', async () => {
  const single = { lane: 2, costs: [write] } as const
  const events = [0, 50, 100, 150].map(atMs => ({ atMs: 4_000 + atMs, news: { nearLimit: true } }))
  const grants = await simulate(connection, {
    writesPerSecond: 100,
    takers: [single],
    events,
    untilMs: 5_000
  })
  const ratio = writesIn(grants, { fromMs: 4_200 }) / 80
  expect(ratio).toBeGreaterThan(0.65)
  expect(ratio).toBeLessThan(0.95)
})

it('a request that took more than reckoned is paid for by the next ones', async () => {
  const reader = { lane: 3, costs: [read] } as const
  const plan = { writesPerSecond: 16, unitsPerSecond: 100, takers: [reader], untilMs: 6_000 }
  const all = await simulate(connection, plan)
  const fewer = await simulate(connection, { ...plan, events: [{ atMs: 3_000, news: { unitsBeyond: 200 } }] })
  const unitsOf = (grants: typeof all) => grants.reduce((sum, { units }) => sum + units, 0)
  expect(unitsOf(all) - unitsOf(fewer)).toBeGreaterThan(150)
  expect(unitsOf(all) - unitsOf(fewer)).toBeLessThan(250)
})
