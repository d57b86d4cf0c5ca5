import { randomUUID } from 'node:crypto'
import {
  queues as definitions,
  type ObjectStaged,
  PermanentError,
  SetupError,
  ThrottledError,
  UnavailableError
} from '@opendirsync/contracts'
import { connectQueues, messagesOf, type Queues } from '@opendirsync/queue'
import { type Redis, startRedis, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Line, recordingLog } from './recorder.ts'

const definition = definitions.objectStaged
let redis: Redis
let queues: Queues
let lines: Line[]
// Its own queue for each test, so that none sees another's messages.
let partition: string

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
})
beforeEach(async () => {
  const recording = recordingLog()
  lines = recording.lines
  partition = randomUUID()
  queues = connectQueues({ redisUrl: redis.url, log: recording.log })
  return async () => {
    await queues[Symbol.asyncDispose]()
  }
})

function message(connector = 'example.test'): ObjectStaged {
  return { connector, objectGuids: [randomUUID()] }
}

describe('consume', () => {
  it('hands over what was published, and logs the word that the handler returns', async () => {
    const seen: ObjectStaged[] = []
    await using _consumer = queues.consume(definition, { concurrency: 2, partition }, async received => {
      seen.push(received)
      return 'staged'
    })
    const sent = { ...message(), runId: randomUUID() }
    await queues.publish(definition, sent, { partition })
    await waitFor(() => seen.length === 1)
    expect(seen).toEqual([sent])
    const line = await waitFor(() => lines.find(({ message }) => message === 'handled'))
    expect(line.fields).toMatchObject({ outcome: 'staged', runId: sent.runId })
    await waitFor(async () => (await queues.depth(definition, partition)) === 0)
  })

  it('takes milliseconds', async () => {
    const arrived = new Map<string, number>()
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition },
      async ({ connector }) => {
        arrived.set(connector, performance.now())
        return 'seen'
      }
    )
    const delaysMs: number[] = []
    for (let turn = 0; turn < 30; turn += 1) {
      const name = `turn-${turn}`
      const sentAt = performance.now()
      await queues.publish(definition, message(name), { partition })
      const arrivedAt = await waitFor(() => arrived.get(name), { everyMs: 1 })
      delaysMs.push(arrivedAt - sentAt)
    }
    delaysMs.sort((left, right) => left - right)
    expect(delaysMs[15]).toBeLessThan(50)
  })

  it('pauses the whole queue when throttled, and spends no attempt', async () => {
    const attempts: number[] = []
    const at: number[] = []
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition },
      async (_message, { attempt }) => {
        attempts.push(attempt)
        at.push(performance.now())
        if (at.length === 1) throw new ThrottledError('The tenant asks us to slow down.', 400)
        return 'done'
      }
    )
    await queues.publishAll(definition, [message('a'), message('b')], { partition })
    await waitFor(() => attempts.length === 3)
    expect(attempts).toEqual([1, 1, 1])
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(300)
  })

  it.each([
    new UnavailableError('entra', 'Microsoft Graph does not answer.'),
    new SetupError('graph-credentials', 'The client secret is wrong.')
  ])('tries again at $name, with one line of log', async fault => {
    let attempts = 0
    await using _consumer = queues.consume(definition, { concurrency: 4, partition }, async () => {
      attempts += 1
      if (attempts <= 3) throw fault
      return 'done'
    })
    await queues.publishAll(definition, [message(), message(), message()], { partition })
    await waitFor(() => attempts === 6)
    expect(lines.filter(line => line.message === fault.message)).toHaveLength(1)
  })

  it('gives up at a permanent error', async () => {
    let attempts = 0
    await using _consumer = queues.consume(definition, { concurrency: 1, partition }, async () => {
      attempts += 1
      throw new PermanentError('This cannot help.')
    })
    await queues.publish(definition, message(), { partition })
    await waitFor(async () => attempts > 0 && (await queues.depth(definition, partition)) === 0)
    expect(attempts).toBe(1)
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('lets a message go at once when it is closed in the middle, and waits for its handler', async () => {
    const began = Promise.withResolvers<void>()
    let hasEnded = false
    const first = queues.consume(definition, { concurrency: 1, partition }, async (_message, { signal }) => {
      began.resolve()
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      hasEnded = true
      throw signal.reason
    })
    await queues.publish(definition, message('interrupted'), { partition })
    await began.promise
    await first[Symbol.asyncDispose]()
    expect(hasEnded).toBe(true)

    const seen: string[] = []
    await using _second = queues.consume(definition, { concurrency: 1, partition }, async ({ connector }) => {
      seen.push(connector)
      return 'done'
    })
    await waitFor(() => seen.length === 1, { timeoutMs: 2_000 })
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
  })

  it('keeps partitions apart', async () => {
    const seen: string[] = []
    const other = `${partition}:other`
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition: other },
      async received => {
        seen.push(received.connector)
        return 'done'
      }
    )
    await queues.publish(definition, message('here'), { partition })
    await queues.publish(definition, message('there'), { partition: other })
    await waitFor(() => seen.length === 1)
    expect(seen).toEqual(['there'])
    expect(await queues.depth(definition, partition)).toBe(1)
  })
})

describe('publish', () => {
  it('refuses a message that is not of its schema', async () => {
    const wrong = { connector: 'x', objectGuids: [], secret: 'hidden' }
    const publishing = queues.publish(definition, wrong, { partition })
    await expect(publishing).rejects.toThrow(PermanentError)
    await expect(publishing).rejects.not.toThrow(/hidden/)
  })

  it('keeps one message of a name at each place, until it is done', async () => {
    await queues.publishAll(definition, [message(), message()], { partition, once: 'again' })
    await queues.publishAll(definition, [message(), message(), message()], { partition, once: 'again' })
    expect(await queues.depth(definition, partition)).toBe(3)
    let handled = 0
    await using _consumer = queues.consume(definition, { concurrency: 1, partition }, async () => {
      handled += 1
      return 'done'
    })
    await waitFor(() => handled === 3)
    await waitFor(async () => (await queues.depth(definition, partition)) === 0)
    await queues.publishAll(definition, [message()], { partition, once: 'again' })
    await waitFor(() => handled === 4)
  })

  it('cuts long lists of ids into messages', () => {
    const ids = Array.from({ length: 450 }, (_, index) => String(index))
    const messages = messagesOf(ids, part => ({ ids: part }))
    expect(messages.map(({ ids }) => ids.length)).toEqual([200, 200, 50])
    expect(messages.flatMap(({ ids }) => ids)).toEqual(ids)
    expect(messagesOf([], part => part)).toEqual([])
  })
})
