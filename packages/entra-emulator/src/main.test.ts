import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { objectOf } from './test-client.ts'

let child: ChildProcess | undefined

afterEach(() => child?.kill('SIGKILL'))

test('runs alone, tells where it is in one line, and cleans up after itself', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const flags = [
    '--port',
    '0',
    '--json',
    '--domain',
    'example.org',
    '--tenant-id',
    'tenant-1',
    '--client-id',
    'app-1',
    '--permission',
    'User.Read.All'
  ]
  child = spawn(process.execPath, [main, ...flags, '--host-name', 'tenant.example'], {
    env: { ...process.env, ENTRA_EMULATOR_CLIENT_SECRET: 'given' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  if (child.stdout === null) throw new Error('The process has no output')
  const [line] = await once(createInterface(child.stdout), 'line')
  const { graph: connection, managedIdentity } = objectOf(JSON.parse(String(line)))
  const graph = objectOf(connection)
  expect(graph).toMatchObject({ tenantId: 'tenant-1', clientId: 'app-1', clientSecret: 'given' })
  expect(graph.tokenUrl).toBe(`${String(graph.url)}/tenant-1/oauth2/v2.0/token`)
  expect(objectOf(managedIdentity).endpoint).toBe(`${String(graph.url)}/msi/token`)
  expect(existsSync(String(graph.caFile))).toBe(true)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(existsSync(String(graph.caFile))).toBe(false)
})
