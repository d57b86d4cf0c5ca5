import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { queues as definitions, UnavailableError } from '@opendirsync/contracts'
import { connectQueues } from '@opendirsync/queue'
import { type Redis, startRedis, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCuttableProxy } from './cuttable-proxy.ts'
import { recordingLog } from './recorder.ts'

const definition = definitions.objectStaged
let redis: Redis

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
})

function message(connector: string) {
  return { connector, objectGuids: [randomUUID()] }
}

describe('an emptied Redis', () => {
  it('loses messages and nothing else: later ones are consumed, the one in hand ends quietly', async () => {
    const { log, lines } = recordingLog()
    const partition = randomUUID()
    await using queues = connectQueues({ redisUrl: redis.url, log })
    const inHand = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const seen: string[] = []
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition },
      async ({ connector }) => {
        seen.push(connector)
        if (connector === 'in hand') {
          inHand.resolve()
          await goOn.promise
        }
        return 'done'
      }
    )
    await queues.publishAll(definition, [message('in hand'), message('lost')], { partition })
    await inHand.promise
    await redis.flushAll()
    goOn.resolve()
    await queues.publish(definition, message('later'), { partition })
    await waitFor(() => seen.includes('later'))
    await redis.flushAll()
    await queues.publish(definition, message('idle'), { partition })
    await waitFor(() => seen.includes('idle'))

    expect(seen).toEqual(['in hand', 'later', 'idle'])
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
    expect(lines.filter(({ level }) => level === 'debug').length).toBeLessThanOrEqual(1)
  })

  it('is filled again by the sweep, from what is pending', async () => {
    const { log } = recordingLog()
    const partition = randomUUID()
    await using queues = connectQueues({ redisUrl: redis.url, log })
    const pending = new Map(['a', 'b'].map(connector => [connector, message(connector)]))
    await using _sweep = queues.sweep(definition, {
      everyMs: 100,
      partition,
      pending: async () => [...pending.values()]
    })
    await waitFor(async () => (await queues.depth(definition, partition)) === 2)
    await redis.flushAll()
    await waitFor(async () => (await queues.depth(definition, partition)) === 2)
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition },
      async ({ connector }) => {
        pending.delete(connector)
        return 'done'
      }
    )
    await waitFor(() => pending.size === 0)
  })
})

describe('a Redis that is not there', () => {
  it('makes publishing fail in time, with one line when it is lost and one when it is back', async () => {
    const { log, lines } = recordingLog()
    const partition = randomUUID()
    await using proxy = await startCuttableProxy(redis.port)
    await using queues = connectQueues({ redisUrl: proxy.url, log })
    const seen: string[] = []
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition },
      async ({ connector }) => {
        seen.push(connector)
        return 'done'
      }
    )
    await queues.publish(definition, message('before'), { partition })
    await waitFor(() => seen.length === 1)

    await proxy.cut()
    const startedAt = performance.now()
    await expect(queues.publish(definition, message('never'), { partition })).rejects.toThrow(
      UnavailableError
    )
    await expect(queues.ping()).rejects.toThrow(/redis does not answer/i)
    expect(performance.now() - startedAt).toBeLessThan(6_000)

    await proxy.mend()
    await waitFor(() => lines.some(line => line.message === 'Redis is back'))
    await queues.ping()
    await queues.publish(definition, message('after'), { partition })
    await waitFor(() => seen.includes('after'))

    const told = lines.filter(line => line.message !== 'handled')
    expect(told.map(({ level }) => level)).toEqual(['warn', 'info'])
  }, 20_000)

  it('does not keep a process from starting, nor from closing', async () => {
    const { log, lines } = recordingLog()
    await using proxy = await startCuttableProxy(redis.port)
    await proxy.cut()
    const seen: string[] = []
    {
      await using queues = connectQueues({ redisUrl: proxy.url, log })
      await using _consumer = queues.consume(definition, { concurrency: 1 }, async () => 'never')
      await expect(queues.ping()).rejects.toThrow(UnavailableError)
    }
    {
      await using queues = connectQueues({ redisUrl: proxy.url, log })
      await using _consumer = queues.consume(definition, { concurrency: 1 }, async ({ connector }) => {
        seen.push(connector)
        return 'done'
      })
      await expect(queues.publish(definition, message('x'))).rejects.toThrow(UnavailableError)
      await proxy.mend()
      await waitFor(() => queues.publish(definition, message('first')).then(() => true))
      await waitFor(() => seen.includes('first'))
    }
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2)
  }, 20_000)
})

describe('a consumer that is killed', () => {
  it('leaves its message to another one within seconds', async () => {
    const partition = randomUUID()
    const { log } = recordingLog()
    await using queues = connectQueues({ redisUrl: redis.url, log })
    const program = `
      import { connectQueues } from '@opendirsync/queue'
      import { queues as definitions } from '@opendirsync/contracts'
      const log = { debug() {}, info() {}, warn() {}, error() {} }
      const queues = connectQueues({ redisUrl: ${JSON.stringify(redis.url)}, log })
      const options = { concurrency: 1, partition: ${JSON.stringify(partition)} }
      queues.consume(definitions.objectStaged, options, () => {
        process.stdout.write('in hand')
        return new Promise(() => {})
      })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit']
    })
    await queues.publish(definition, message('survivor'), { partition })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')

    const seen: string[] = []
    await using _consumer = queues.consume(
      definition,
      { concurrency: 1, partition },
      async ({ connector }) => {
        seen.push(connector)
        return 'done'
      }
    )
    await waitFor(() => seen.includes('survivor'), { timeoutMs: 12_000 })
  }, 20_000)
})

describe('a Redis that refuses the password', () => {
  it('is told as something that a person must mend', async () => {
    const { log, lines } = recordingLog()
    const wrong = redis.url.replace('redis://', 'redis://nobody:hidden@')
    await using queues = connectQueues({ redisUrl: wrong, log })
    await expect(queues.ping()).rejects.toThrow(/refuses the user or the password/)
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
    expect(JSON.stringify(lines)).not.toContain('hidden')
  })
})
