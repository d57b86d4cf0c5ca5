import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { Redis } from 'ioredis'
import type { BudgetLog } from './options.ts'

/** A command that Redis does not answer fails after some seconds, and comes again from whoever needs it. */
export function connectRedis(redisUrl: string, log: BudgetLog): Redis {
  const redis = new Redis(redisUrl, {
    connectTimeout: 3_000,
    commandTimeout: 3_000,
    maxRetriesPerRequest: 2,
    retryStrategy: attempts => Math.min(attempts * 100, 2_000)
  })
  let lost = false
  redis.on('error', (error: unknown) => {
    if (!lost) log.warn({ system: 'redis' }, redisFault(error).message)
    lost = true
  })
  redis.on('ready', () => {
    if (lost) log.info({ system: 'redis' }, 'Redis is back')
    lost = false
  })
  return redis
}

/** Any error of Redis or ioredis as what the caller should do. */
export function redisFault(error: unknown): SetupError | UnavailableError {
  const message = error instanceof Error ? error.message : String(error)
  const options = { cause: error }
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message))
    return new SetupError(
      'redis-credentials',
      'Redis refuses the user or the password of REDIS_URL.',
      options
    )
  if (message.startsWith('NOPERM')) {
    const what =
      'Redis forbids what the write budget needs: EVAL, EVALSHA and keys that begin with opendirsync:'
    return new SetupError('redis-permissions', `${what}. Allow them to the user of REDIS_URL.`, options)
  }
  const reason = `Redis does not keep the write budget (${message}). Check REDIS_URL and the server.`
  return new UnavailableError('redis', reason, options)
}
