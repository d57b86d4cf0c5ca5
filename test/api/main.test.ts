import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { startPostgres, startRedis, waitFor } from '@opendirsync/testing'
import { describe, expect, it } from 'vitest'
import { startCuttableProxy } from '../queue/cuttable-proxy.ts'

const main = new URL('../../services/api/src/main.ts', import.meta.url).pathname
const key = 'k'.repeat(40)

interface Service extends AsyncDisposable {
  readonly child: ChildProcess
  readonly lines: { level: string; msg: string; url?: string }[]
  stop(): Promise<number | null>
}

function start(environment: Record<string, string>): Service {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, API_PORT: '0', API_KEYS: `tester:${key}`, ...environment },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const lines: Service['lines'] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(JSON.parse(line)))
  const closed = once(child, 'close')
  async function stop(): Promise<number | null> {
    child.kill('SIGTERM')
    await closed
    return child.exitCode
  }
  return { child, lines, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

describe('the API service', () => {
  it('waits for what is not there, with one line each, recovers, and ends with 0', async () => {
    await using postgres = await startPostgres()
    await using redis = await startRedis()
    await using toPostgres = await startCuttableProxy(postgres.port)
    await using toRedis = await startCuttableProxy(redis.port)
    await toPostgres.cut()
    const environment = {
      POSTGRES_URL: postgres.url.replace(String(postgres.port), new URL(toPostgres.url).port),
      REDIS_URL: toRedis.url
    }
    await using service = start(environment)
    await waitFor(() => service.lines.some(({ level }) => level === 'warn'))
    await toPostgres.mend()
    const { url } = await waitFor(() => service.lines.find(({ msg }) => msg === 'the API listens'))
    await waitFor(async () => (await fetch(`${url}/readyz`)).status === 200)

    await toRedis.cut()
    const lost = await waitFor(async () => {
      const answer = await fetch(`${url}/readyz`)
      return answer.status === 503 && answer.json()
    })
    expect(lost).toEqual({ status: 'not ready', problems: { Redis: expect.any(String) } })
    await toRedis.mend()
    await waitFor(async () => (await fetch(`${url}/readyz`)).status === 200)

    await toPostgres.cut()
    const headers = { 'x-api-key': key }
    const answer = await fetch(`${url}/v1/summary`, { headers })
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ type: 'urn:opendirsync:problem:unavailable' })
    await toPostgres.mend()
    await waitFor(async () => (await fetch(`${url}/v1/summary`, { headers })).status === 200)

    expect(await service.stop()).toBe(0)
    const warnings = service.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
    expect(warnings).toEqual([expect.stringMatching(/postgres/i), expect.stringMatching(/redis/i)])
  }, 60_000)

  it('ends with 1 and one line when a variable is missing or a key is too short', async () => {
    const urls = { POSTGRES_URL: 'postgres://u:p@127.0.0.1:1/d', REDIS_URL: 'redis://127.0.0.1:1' }
    await using missing = start({})
    await using short = start({ ...urls, API_KEYS: 'tester:short' })
    await Promise.all([once(missing.child, 'close'), once(short.child, 'close')])
    expect([missing.child.exitCode, short.child.exitCode]).toEqual([1, 1])
    expect(missing.lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/POSTGRES_URL is missing.*REDIS_URL is missing/)
    ])
    expect(short.lines.map(({ msg }) => msg)).toEqual([expect.stringMatching(/shorter than 32/)])
  }, 20_000)
})
