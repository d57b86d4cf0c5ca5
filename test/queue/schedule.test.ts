import { connectQueues } from '@opendirsync/queue'
import { type Redis, startRedis, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordingLog } from './recorder.ts'

let redis: Redis

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
})

describe('schedule', () => {
  it('runs once in each period, however many processes schedule it', async () => {
    const { log } = recordingLog()
    await using first = connectQueues({ redisUrl: redis.url, log })
    await using second = connectQueues({ redisUrl: redis.url, log })
    const at: number[] = []
    const options = { name: 'shared', everyMs: 200, run: async () => void at.push(performance.now()) }
    await using _one = first.schedule(options)
    await using _two = second.schedule(options)
    await waitFor(() => at.length === 8)
    const elapsedMs = (at[7] ?? 0) - (at[0] ?? 0)
    expect(elapsedMs).toBeGreaterThan(6 * 200)
    expect(elapsedMs).toBeLessThan(10 * 200)
  })

  it('comes back after Redis was emptied, and goes on after a failure', async () => {
    const { log, lines } = recordingLog()
    await using queues = connectQueues({ redisUrl: redis.url, log })
    let runs = 0
    await using _schedule = queues.schedule({
      name: 'healing',
      everyMs: 100,
      async run() {
        runs += 1
        throw new Error('this run failed')
      }
    })
    await waitFor(() => runs >= 3)
    await redis.flushAll()
    const before = runs
    await waitFor(() => runs >= before + 3)
    expect(lines.map(({ message }) => message)).toEqual(['this run failed'])
  })
})
