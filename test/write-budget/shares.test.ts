import { describe, expect, it } from 'vitest'
import { type RedisConnection, redisForFile } from './redis-for-file.ts'
import {
  bind,
  type PlannedTaker,
  quietAsk,
  read,
  simulate,
  virtualBudget,
  write,
  writesIn
} from './virtual-time.ts'

let connection: RedisConnection
redisForFile(opened => {
  connection = opened
})

const urgent: PlannedTaker = { lane: 1, costs: [write] }
const single: PlannedTaker = { lane: 2, costs: [write] }
const bulk: PlannedTaker = { lane: 3, costs: [write] }

/** The share of the rate that each taker gets, once all have begun. */
async function sharesOf(takers: readonly PlannedTaker[], writesPerSecond: number): Promise<number[]> {
  const untilMs = Math.max(2_500, 200_000 / writesPerSecond)
  const grants = await simulate(connection, { writesPerSecond, takers, untilMs })
  const range = { fromMs: untilMs / 10, toMs: untilMs }
  const possible = (writesPerSecond * (range.toMs - range.fromMs)) / 1_000
  return takers.map((_, number) => writesIn(grants, { takers: [number], ...range }) / possible)
}

describe.each([2, 16, 200])('at %d writes a second', writesPerSecond => {
  it.each([
    ['bulk alone', [bulk]],
    ['single changes alone', [single]],
    ['urgent ones alone', [urgent]],
    ['binds in bulk alone', [{ ...bulk, costs: [bind] }]],
    ['binds and single references mixed', [{ ...bulk, costs: [bind, write, write, read] }]],
    ['three bulk takers', [bulk, bulk, bulk]],
    ['bulk beside a few reads', [bulk, { ...single, costs: [read], busyMs: 300 }]]
  ] as const)('the whole rate is used: %s', async (_, takers) => {
    const shares = await sharesOf(takers, writesPerSecond)
    expect(shares.reduce((sum, share) => sum + share)).toBeGreaterThan(0.96)
  })

  it('takers of one lane get the same', async () => {
    const shares = await sharesOf([bulk, bulk, bulk, bulk], writesPerSecond)
    for (const share of shares) expect(share).toBeCloseTo(0.25, 1)
  })

  it('when every lane has more than enough, the highest gets the most and none starves', async () => {
    const [ofUrgent = 0, ofSingle = 0, ofBulk = 0] = await sharesOf([urgent, single, bulk], writesPerSecond)
    expect(ofUrgent).toBeGreaterThan(0.6)
    expect(ofSingle).toBeGreaterThan(0.14)
    expect(ofSingle).toBeLessThan(0.26)
    expect(ofBulk).toBeGreaterThan(0.07)
    expect(ofBulk).toBeLessThan(0.14)
  })

  it('many takers of a lower lane get no more than one', async () => {
    const shares = await sharesOf([single, bulk, bulk, bulk, bulk, bulk], writesPerSecond)
    expect(shares[0]).toBeGreaterThan(0.8)
  })

  it('binds of a lower lane do not starve either', async () => {
    const [, ofBulk = 0] = await sharesOf([urgent, { ...bulk, costs: [bind] }], writesPerSecond)
    expect(ofBulk).toBeGreaterThan(0.06)
    expect(ofBulk).toBeLessThan(0.16)
  })
})

it('an urgent write passes a running import at once', async () => {
  const occasional = { ...urgent, busyMs: 700 }
  const grants = await simulate(connection, {
    writesPerSecond: 16,
    takers: [bulk, bulk, occasional],
    untilMs: 30_000
  })
  const waits = grants
    .filter(({ taker, atMs }) => taker === 2 && atMs > 1_000)
    .map(({ waitedMs }) => waitedMs)
  expect(waits.length).toBeGreaterThan(30)
  expect(Math.max(...waits)).toBeLessThan(1.1 * (1_000 / 16))
})

it('bulk goes in pieces of a quarter of a second, and a piece of 20 at the most', async () => {
  const slow = await simulate(connection, { writesPerSecond: 16, takers: [bulk], untilMs: 10_000 })
  expect(new Set(slow.slice(1).map(({ requests }) => requests))).toEqual(new Set([4]))
  const fast = await simulate(connection, { writesPerSecond: 200, takers: [bulk], untilMs: 3_000 })
  expect(new Set(fast.slice(1).map(({ requests }) => requests))).toEqual(new Set([20]))
})

it('bulk does not wait for more than it has', async () => {
  const few = { ...bulk, requests: 2 }
  const grants = await simulate(connection, { writesPerSecond: 16, takers: [few], untilMs: 10_000 })
  expect(grants).toMatchObject([{ requests: 2, writes: 2 }])
  expect(grants[0]?.atMs).toBeLessThan(140)
})

it('reads do not wait for writes', async () => {
  const reader = { ...bulk, costs: [read], fromMs: 1_000, requests: 100 }
  const takers = [urgent, reader]
  const plan = { writesPerSecond: 2, unitsPerSecond: 640, takers, untilMs: 2_000 }
  const grants = await simulate(connection, plan)
  expect(grants.filter(({ taker }) => taker === 1).map(({ waitedMs }) => waitedMs)).toEqual([0, 0, 0, 0, 0])
})

it('whoever asks and does not come back holds the others up for a moment only', async () => {
  const budget = virtualBudget(connection)
  const quiet = quietAsk(16)
  const costs = Array.from({ length: 20 }, () => write)
  const gone = { ...quiet, asker: 'gone', lane: 1, waitedMs: 0, costs }
  expect(await budget.ask({ ...gone, nowMs: 0 })).toMatchObject({ granted: 0 })
  const later = { ...quiet, asker: 'later', lane: 3, waitedMs: 0, costs: costs.slice(0, 4) }
  expect(await budget.ask({ ...later, nowMs: 400 })).toMatchObject({ granted: 0 })
  expect(await budget.ask({ ...later, nowMs: 1_100 })).toMatchObject({ granted: 4 })
})

it('whoever no longer waits holds nobody up', async () => {
  const budget = virtualBudget(connection)
  const quiet = quietAsk(16)
  const first = { ...quiet, asker: 'first', lane: 1, waitedMs: 0 }
  await budget.ask({ ...first, costs: [write, write, write], nowMs: 0 })
  expect((await budget.ask({ ...first, nowMs: 10 })).waiting).toEqual([0, 0, 0])
  const second = { ...quiet, asker: 'second', lane: 2, waitedMs: 0, costs: [write] }
  expect(await budget.ask({ ...second, nowMs: 70 })).toMatchObject({ granted: 1 })
})

it('a bind waits for no more than can ever be gathered', async () => {
  const takers = [{ ...bulk, costs: [write, bind] }]
  const grants = await simulate(connection, { writesPerSecond: 7.2, takers, untilMs: 20_000 })
  expect(writesIn(grants)).toBeGreaterThan(0.9 * 7.2 * 20)
})
