import { callApi, HttpsJson } from '@opendirsync/testing'
import { expect, inject, it } from 'vitest'
import { useFlow, waitFor } from './flow.ts'

const flow = useFlow()
const { api, graph } = inject('flows')

async function call(method: string, path: string, body?: object) {
  const answer = await callApi(api, { method, path, body })
  return { status: answer.status, body: answer.body as Record<string, unknown> }
}

async function settled(): Promise<void> {
  await waitFor(
    async () => {
      const { body } = await call('GET', '/v1/summary')
      return body.pendingSynchronisation === 0 && body.pendingExports === 0 && body.pendingLinks === 0
    },
    { describe: 'nothing to be pending', timeoutMs: 20_000 }
  )
}

async function fullImport(): Promise<Record<string, unknown>> {
  const { status, body } = await call('POST', '/v1/imports', { mode: 'full' })
  expect(status).toBe(202)
  return waitFor(
    async () => {
      const run = (await call('GET', `/v1/runs/${String(body.id)}`)).body
      return run.state === 'completed' && run
    },
    { describe: 'the full import to complete', timeoutMs: 30_000 }
  )
}

it('changes nothing when nothing has changed: no write is sent', async () => {
  using https = new HttpsJson(graph.caFile)
  const boss = await flow.directory.addUser('Olga Boss', { title: 'Boss' })
  const worker = await flow.directory.addUser('Otto Worker', { manager: boss })
  await flow.directory.addGroup('Everyone here', [boss, worker])
  await flow.agree()
  await settled()
  await https.send(`${graph.url}/emulator/requests/reset`, { method: 'POST' })

  const run = await fullImport()
  await settled()

  expect(run).toMatchObject({ mode: 'full', counters: { staged: 0, deleted: 0 } })
  expect(Number((run.counters as Record<string, unknown>).reported)).toBeGreaterThan(2)
  const { body } = await https.send(`${graph.url}/emulator/requests`)
  expect(body).toMatchObject({ writes: 0 })
})
