import { randomUUID } from 'node:crypto'
import { ThrottledError, UnavailableError, type WriteBudget } from '@opendirsync/contracts'
import { waitFor } from '@opendirsync/testing'
import { connectWriteBudget, type WriteBudgetOptions } from '@opendirsync/write-budget'
import { describe, expect, it } from 'vitest'
import { startCuttableProxy } from '../queue/cuttable-proxy.ts'
import { recordingLog } from './recorder.ts'
import { type RedisConnection, redisForFile, silent } from './redis-for-file.ts'

let connection: RedisConnection
redisForFile(opened => {
  connection = opened
})

const write = { writes: 1, resourceUnits: 1 }
const read = { writes: 0, resourceUnits: 1 }
const quotaPerSecond = 500
const quota = {
  writes: quotaPerSecond,
  writeWindowMs: 1_000,
  resourceUnits: 10_000,
  resourceUnitWindowMs: 1_000
}

function connect(changes: Partial<WriteBudgetOptions> = {}) {
  const { url: redisUrl } = connection.server
  const tenantId = randomUUID()
  return connectWriteBudget({
    redisUrl,
    tenantId,
    applicationId: 'application',
    quota,
    share: 1,
    log: silent,
    ...changes
  })
}

function times<T>(count: number, item: T): T[] {
  return Array.from({ length: count }, () => item)
}

/** Takes until it has as many; how many it had by each time. */
async function takeAll(budget: WriteBudget, count: number, onGrant: () => void = () => {}): Promise<void> {
  for (let left = count; left > 0; ) {
    left -= await budget.take('bulk', times(Math.min(left, 20), write))
    onGrant()
  }
}

describe('two processes share one budget', () => {
  it('and together have the rate, each about half of it', async () => {
    const tenantId = randomUUID()
    await using first = connect({ tenantId })
    await using second = connect({ tenantId })
    await Promise.all([first.take('bulk', [write]), second.take('bulk', [write])])
    const startedAt = performance.now()
    const seconds = await Promise.all(
      [first, second].map(async budget => {
        await takeAll(budget, 500)
        return (performance.now() - startedAt) / 1_000
      })
    )
    expect(Math.min(...seconds) / Math.max(...seconds)).toBeGreaterThan(0.8)
    const perSecond = 1_000 / Math.max(...seconds)
    expect(perSecond).toBeLessThanOrEqual(1.02 * quotaPerSecond)
    expect(perSecond).toBeGreaterThan(0.7 * quotaPerSecond)
  })

  it('with the share that both name', async () => {
    await using budget = connect({ share: 0.2 })
    const startedAt = performance.now()
    await takeAll(budget, 100)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(
      0.95 * (100 / (0.2 * quotaPerSecond)) * 1_000
    )
    expect((await budget.state()).writes.perSecond).toBeCloseTo(100)
  })

  it('and what one hears the other keeps to', async () => {
    const tenantId = randomUUID()
    await using first = connect({ tenantId })
    await using second = connect({ tenantId, patienceMs: 1_000 })
    first.note({ throttled: { retryAfterMs: 20_000, kind: 'writes' }, limitShare: 1.2 })
    await waitFor(async () => {
      const { pausedForMs, writes, resourceUnits } = await second.state()
      expect(pausedForMs.writes).toBeGreaterThan(15_000)
      expect(pausedForMs.reads).toBe(0)
      expect(writes.pace).toBe(0.5)
      expect(resourceUnits.pace).toBeLessThan(1)
      return true
    })
    const refusal = await second.take('urgent', [write]).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ThrottledError)
    expect(refusal).toHaveProperty(
      'retryAfterMs',
      expect.toSatisfy(ms => ms > 10_000 && ms <= 21_000)
    )
    expect(await second.take('bulk', [read, read, write])).toBe(2)
  })
})

describe('many callers in one process', () => {
  it('are served in the order in which they came', async () => {
    await using budget = connect()
    const order: number[] = []
    await Promise.all(
      times(300, write).map(async (cost, number) => {
        await budget.take('single', [cost])
        order.push(number)
      })
    )
    expect(order).toEqual([...Array(300).keys()])
  })

  it('get one request at least, and never more than they asked for', async () => {
    await using budget = connect()
    const sizes = [3, 1, 20, 7, 40, 2, 2, 9]
    const granted = await Promise.all(sizes.map(size => budget.take('bulk', times(size, write))))
    for (const [position, size] of sizes.entries()) {
      expect(granted[position]).toBeGreaterThanOrEqual(1)
      expect(granted[position]).toBeLessThanOrEqual(Math.min(size, 20))
    }
  })

  it('are sent away when it takes too long, and then no longer stand in the way', async () => {
    const tenantId = randomUUID()
    const slow = { ...quota, writes: 1 }
    await using budget = connect({ tenantId, quota: slow, patienceMs: 600 })
    const answers = await Promise.allSettled(
      times(5, 'urgent' as const).map(lane => budget.take(lane, [write]))
    )
    const refused = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []))
    expect(refused.length).toBeGreaterThan(0)
    for (const error of refused) {
      expect(error).toBeInstanceOf(ThrottledError)
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(1_000)
    }
    expect((await budget.state()).waiting).toEqual({ urgent: 0, single: 0, bulk: 0 })
  })

  it('hear of it when the budget is closed', async () => {
    const budget = connect({ quota: { ...quota, writes: 0.5 } })
    const waiting = budget.take('bulk', [write])
    const refused = expect(waiting).rejects.toBeInstanceOf(UnavailableError)
    await budget[Symbol.asyncDispose]()
    await refused
  })
})

describe('Redis in trouble', () => {
  it('emptied, it gives no burst and forgets no pause', async () => {
    const { server } = connection
    await using budget = connect({ patienceMs: 300 })
    const startedAt = performance.now()
    let emptied = 0
    await takeAll(budget, 300, () => {
      emptied += 1
      if (emptied % 5 === 0) void server.flushAll()
    })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual((300 / quotaPerSecond) * 1_000 * 0.95)

    budget.note({ throttled: { retryAfterMs: 60_000, kind: 'everything' } })
    await budget.state()
    await server.flushAll()
    expect((await budget.state()).pausedForMs.writes).toBeGreaterThan(50_000)
    await expect(budget.take('urgent', [read])).rejects.toBeInstanceOf(ThrottledError)
  })

  it('without the script it gets it again', async () => {
    await using budget = connect()
    await budget.take('single', [write])
    await connection.redis.script('FLUSH')
    expect(await budget.take('single', [write])).toBe(1)
  })

  it('away, takers hear of it soon; back, they take again, and what was heard meanwhile is told', async () => {
    const { log, lines } = recordingLog()
    await using way = await startCuttableProxy(connection.server.port)
    await using budget = connect({ redisUrl: way.url, log })
    expect(await budget.take('single', [write])).toBe(1)
    await way.cut()

    const startedAt = performance.now()
    await expect(budget.take('urgent', [write])).rejects.toMatchObject({
      name: 'UnavailableError',
      system: 'redis'
    })
    expect(performance.now() - startedAt).toBeLessThan(8_000)
    expect(() => budget.note({ throttled: { retryAfterMs: 90_000, kind: 'writes' } })).not.toThrow()
    await expect(budget.state()).rejects.toBeInstanceOf(UnavailableError)

    await way.mend()
    await connection.server.flushAll()
    await waitFor(() => budget.state(), { timeoutMs: 20_000 })
    expect((await budget.state()).pausedForMs.writes).toBeGreaterThan(10_000)
    expect((await budget.state()).writes.pace).toBe(0.5)
    expect(await budget.take('single', [read])).toBe(1)
    const ofRedis = lines.filter(({ message }) => message.includes('Redis'))
    expect(ofRedis.map(({ level }) => level)).toEqual(['warn', 'info'])
    expect(lines.filter(({ message }) => message.includes('slow down'))).toHaveLength(1)
  })
})

it.each([
  ['no share', { share: 0 }],
  ['more than all', { share: 1.1 }],
  ['no quota', { quota: { ...quota, writes: 0 } }],
  ['no window', { quota: { ...quota, writeWindowMs: Number.NaN } }]
])('%s is refused', (_, changes) => {
  expect(() => connect(changes)).toThrow(RangeError)
})
