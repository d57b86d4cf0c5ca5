import { randomUUID } from 'node:crypto'
import type { Run } from '@opendirsync/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, key, startApi } from './start-api.ts'

let api: Api
beforeAll(async () => {
  api = await startApi()
  await api.store.connectors.register('hr', 'csv', 'csv:hr')
  await api.store.connectors.register('corp.example.com', 'active-directory', 'DC=corp,DC=example,DC=com')
})
afterAll(() => api[Symbol.asyncDispose]())

async function handIn(path: string, payload: string, type = 'text/csv') {
  const headers = { authorization: `Bearer ${key}`, 'content-type': type }
  const answer = await api.app.inject({ method: 'POST', url: `/v1/connectors/${path}`, headers, payload })
  return { status: answer.statusCode, body: answer.json<Run & { type: string }>() }
}

async function contentOf(uploadId: string): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of api.store.csvUploads.read(uploadId)) parts.push(part)
  return Buffer.concat(parts).toString()
}

describe('a file that is handed in', () => {
  it('is kept whole until an importer takes its run', async () => {
    const file = `id,name\n${'1,Ada Lovelace of the analytical engine\n'.repeat(60_000)}`
    const { status, body } = await handIn('HR/files?fileName=people.csv', file)
    expect(status).toBe(202)
    expect(body).toMatchObject({
      connector: 'hr',
      mode: 'full',
      trigger: 'api:tester',
      reason: 'people.csv',
      preview: false
    })
    const taken = await api.store.runs.takeQueued('hr', 'full')
    expect(taken?.id).toBe(body.id)
    expect(await contentOf(taken?.uploadId ?? '')).toBe(file)
  })

  it('takes the place of one that still waits', async () => {
    const first = await handIn('hr/files?acceptVanished=true', 'id\n1\n')
    const second = await handIn('hr/files', 'id\n2\n')
    expect(second.body.id).toBe(first.body.id)
    const taken = await api.store.runs.takeQueued('hr', 'full')
    expect(await contentOf(taken?.uploadId ?? '')).toBe('id\n2\n')
    // What was said of the first file is not about this one.
    expect(taken?.acceptVanished).toBe(false)
  })

  it('may be only looked at', async () => {
    const { body } = await handIn('hr/files?preview=true', 'id\n3\n')
    expect(body.preview).toBe(true)
    await api.store.runs.takeQueued('hr', 'full')
  })

  it.each([
    ['a domain', 'corp.example.com/files', 'text/csv', 409, 'connector-kind'],
    ['a connector that nobody knows', 'nowhere/files', 'text/csv', 404, 'connector-unknown'],
    ['JSON', 'hr/files', 'application/json', 415, 'content-type']
  ])('is refused for %s', async (_what, path, type, status, kind) => {
    expect(await handIn(path, '{}', type)).toMatchObject({
      status,
      body: { type: `urn:opendirsync:problem:${kind}` }
    })
  })
})

describe('the findings of a run', () => {
  it('are given in pages, in their order', async () => {
    const { body } = await handIn('hr/files', 'id\n')
    const findings = [2, 3, 5].map(line => ({
      line,
      severity: 'error' as const,
      code: 'missing-anchor',
      column: 'id',
      message: `Line ${line} has no id. Give one.`
    }))
    await api.store.runs.find(body.id, findings)
    const first = (await api.get(`/v1/runs/${body.id}/findings?limit=2`)).body as {
      findings: object[]
      next: number
    }
    expect(first.findings).toEqual(findings.slice(0, 2))
    const last = await api.get(`/v1/runs/${body.id}/findings?limit=2&after=${first.next}`)
    expect(last.body).toEqual({ findings: findings.slice(2) })
    expect((await api.get(`/v1/runs/${body.id}`)).body).toMatchObject({ findings: 3 })
  })

  it('of a run that is not there are a 404', async () => {
    expect((await api.get(`/v1/runs/${randomUUID()}/findings`)).status).toBe(404)
  })
})
