import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { startPostgres } from './postgres/start-postgres.ts'
import { startRedis } from './redis.ts'

it('starts two Redis servers side by side, empties one, and stops them', async () => {
  const first = await startRedis()
  const second = await startRedis()
  expect(first.port).not.toBe(second.port)
  expect(await redis(first.port, 'SET key value')).toBe('+OK')
  expect(await redis(first.port, 'CONFIG GET maxmemory-policy')).toContain('noeviction')
  await first.flushAll()
  expect(await redis(first.port, 'EXISTS key')).toBe(':0')
  await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()])
  expect(existsSync(`/proc/${first.pid}`)).toBe(false)
  await expect(redis(second.port, 'PING')).rejects.toThrow('ECONNREFUSED')
})

it('starts PostgreSQL 18, makes databases in it, and stops it', async () => {
  const postgres = await startPostgres()
  const urls = [
    await postgres.createDatabase(),
    await postgres.createDatabase(),
    await postgres.createDatabase('a "b"')
  ]
  expect(new Set(urls).size).toBe(3)
  for (const url of urls) {
    const client = new Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    expect(rows[0]?.server_version).toMatch(/^18\./)
    await client.end()
  }
  const withoutPassword = new Client({ connectionString: postgres.url.replace(/:[^:@]*@/, ':wrong@') })
  await expect(withoutPassword.connect()).rejects.toThrow('password authentication failed')
  await postgres[Symbol.asyncDispose]()
  expect(existsSync(`/proc/${postgres.pid}`)).toBe(false)
})

/** One inline command, and the whole of its answer. */
function redis(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.setEncoding('utf8').once('error', reject)
    socket.once('data', (answer: string) => {
      socket.destroy()
      resolve(answer.trim())
    })
    socket.write(`${command}\r\n`)
  })
}
