import { expect, it } from 'vitest'
import { type RedisConnection, redisForFile } from './redis-for-file.ts'
import { quietAsk, read, simulate, virtualBudget, write, writesIn } from './virtual-time.ts'

let connection: RedisConnection
redisForFile(opened => {
  connection = opened
})

const quiet = quietAsk(200)
const anna = { asker: 'anna', lane: 1, waitedMs: 0 }
const writing = { ...quiet, ...anna, costs: [write] }
const reading = { ...quiet, ...anna, asker: 'anna-reads', costs: [read] }

it.each([
  ['reads', { reads: 4_000 }, { reads: 0, writes: 1 }],
  ['writes', { writes: 4_000 }, { reads: 1, writes: 0 }],
  ['everything', { reads: 4_000, writes: 4_000 }, { reads: 0, writes: 0 }]
])('a pause of %s holds back those until it is over', async (_, pauses, granted) => {
  const budget = virtualBudget(connection)
  await budget.ask({ ...quiet, nowMs: 0 })
  await budget.ask({ ...quiet, pauses, nowMs: 2_000 })
  expect(await budget.ask({ ...reading, nowMs: 5_990 })).toMatchObject({ granted: granted.reads })
  expect(await budget.ask({ ...writing, nowMs: 5_990 })).toMatchObject({ granted: granted.writes })
  expect(await budget.ask({ ...reading, nowMs: 6_020 })).toMatchObject({ granted: 1 })
  expect(await budget.ask({ ...writing, nowMs: 6_020 })).toMatchObject({ granted: 1 })
})

it('whoever asks during a pause is told how long it will be', async () => {
  const budget = virtualBudget(connection)
  await budget.ask({ ...quiet, pauses: { writes: 30_000 }, nowMs: 0 })
  const { granted, waitMs } = await budget.ask({ ...writing, nowMs: 10_000 })
  expect(granted).toBe(0)
  expect(waitMs).toBeGreaterThan(19_999)
  expect(waitMs).toBeLessThan(20_500)
})

it('of two pauses the longer one counts, and one that is told again is no longer', async () => {
  const budget = virtualBudget(connection)
  await budget.ask({ ...quiet, pauses: { writes: 10_000 }, nowMs: 0 })
  await budget.ask({ ...quiet, pauses: { writes: 1_000 }, nowMs: 100 })
  const { pausedForMs } = await budget.ask({ ...quiet, pauses: { writes: 9_900 }, nowMs: 200 })
  expect(pausedForMs).toEqual({ reads: 0, writes: 9_800 })
})

it('a pause that a process remembers holds after Redis was emptied', async () => {
  const budget = virtualBudget(connection)
  await budget.ask({ ...quiet, nowMs: 0 })
  await budget.forget()
  await budget.ask({ ...quiet, pauses: { writes: 5_000 }, nowMs: 3_000 })
  expect(await budget.ask({ ...writing, nowMs: 7_000 })).toMatchObject({ granted: 0 })
})

it('a new budget begins at the speed that the process was told last', async () => {
  const { pace } = await virtualBudget(connection).ask({
    ...quiet,
    pace: { writes: 0.5, units: 0.75 },
    nowMs: 0
  })
  expect(pace).toEqual({ writes: 0.5, units: 0.75 })
})

it('after a pause there is no burst', async () => {
  const takers = [{ lane: 3, costs: [write], fromMs: 2_000 }] as const
  const events = [{ atMs: 100, news: { pauses: { writes: 10_000 } } }]
  const grants = await simulate(connection, { writesPerSecond: 100, takers, events, untilMs: 12_100 })
  expect(writesIn(grants, { toMs: 10_100 })).toBe(0)
  expect(writesIn(grants)).toBeGreaterThan(170)
  expect(writesIn(grants)).toBeLessThanOrEqual(210)
})

it('an absurd pause ends after an hour', async () => {
  const budget = virtualBudget(connection)
  const { pausedForMs } = await budget.ask({ ...quiet, pauses: { reads: 1e12 }, nowMs: 0 })
  expect(pausedForMs.reads).toBe(3_600_000)
})

it('a clock that was set back stops nothing', async () => {
  const budget = virtualBudget(connection)
  await budget.ask({ ...quiet, nowMs: 10_000_000 })
  await budget.ask({ ...quiet, pauses: { reads: 3_000 }, nowMs: 10_000_000 })
  await budget.ask({ ...writing, nowMs: 0 })
  expect(await budget.ask({ ...writing, nowMs: 100 })).toMatchObject({ granted: 1 })
  expect(await budget.ask({ ...reading, nowMs: 2_900 })).toMatchObject({ granted: 0 })
  expect(await budget.ask({ ...reading, nowMs: 3_100 })).toMatchObject({ granted: 1 })
})
