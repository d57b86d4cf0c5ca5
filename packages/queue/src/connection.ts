import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { Redis } from 'ioredis'
import type { QueueLog } from './queue-log.ts'

const commandTimeoutMs = 5_000
const connectTimeoutMs = 3_000
const longestReconnectDelayMs = 2_000

/** For publishing and asking: a command fails after some seconds when Redis does not answer. */
export function connectForCommands(redisUrl: string, log: QueueLog): Redis {
  const redis = new Redis(redisUrl, {
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 2,
    retryStrategy: reconnectDelayMs
  })
  reportOutages(redis, log)
  return redis
}

/** For consuming: a command waits until Redis is back, as BullMQ demands of its workers. */
export function connectForWorkers(redisUrl: string): Redis {
  const redis = new Redis(redisUrl, {
    connectTimeout: connectTimeoutMs,
    maxRetriesPerRequest: null,
    retryStrategy: reconnectDelayMs
  })
  // The other connection tells the log; without a listener every attempt would be printed.
  redis.on('error', () => {})
  return redis
}

/** Any error of Redis or ioredis as what the caller should do. */
export function redisFault(error: unknown): SetupError | UnavailableError {
  const message = error instanceof Error ? error.message : String(error)
  if (/WRONGPASS|NOAUTH|invalid password|NOPERM/i.test(message)) {
    return new SetupError(
      'redis-credentials',
      'Redis refuses the user or the password. Correct them in REDIS_URL.',
      { cause: error }
    )
  }
  return new UnavailableError(
    'redis',
    `Redis does not answer (${reasonOf(error)}). Check REDIS_URL and the server.`,
    {
      cause: error
    }
  )
}

/** One line when Redis is lost, or not there to begin with, and one when it is back. */
function reportOutages(redis: Redis, log: QueueLog): void {
  let lost = false
  function report(error: unknown): void {
    if (lost) return
    lost = true
    log.warn({ system: 'redis' }, redisFault(error).message)
  }
  redis.on('error', report)
  redis.on('close', () => {
    if (redis.status !== 'end') report(new Error('the connection was closed'))
  })
  redis.on('ready', () => {
    if (lost) log.info({ system: 'redis' }, 'Redis is back')
    lost = false
  })
}

function reconnectDelayMs(attempts: number): number {
  return Math.min(attempts * 100, longestReconnectDelayMs)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return code ?? (error.message || error.name)
}
