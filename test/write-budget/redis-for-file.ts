import { type Redis, startRedis } from '@opendirsync/testing'
import { afterAll, beforeAll } from 'vitest'
import { connectRedis } from '../../packages/write-budget/src/redis-connection.ts'

export interface RedisConnection {
  readonly server: Redis
  readonly redis: ReturnType<typeof connectRedis>
}

export const silent = { info() {}, warn() {} }

/** Registers the hooks of a file whose tests share a Redis. */
export function redisForFile(take: (connection: RedisConnection) => void): void {
  let connection: RedisConnection
  beforeAll(async () => {
    const server = await startRedis()
    connection = { server, redis: connectRedis(server.url, silent) }
    take(connection)
  })
  afterAll(async () => {
    connection.redis.disconnect()
    await connection.server[Symbol.asyncDispose]()
  })
}
