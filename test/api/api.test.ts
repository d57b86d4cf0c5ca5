import { randomUUID } from 'node:crypto'
import { queues as definitions, type ImportRequested, type Run } from '@opendirsync/contracts'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Api, key, startApi } from './start-api.ts'

let api: Api
beforeAll(async () => {
  api = await startApi()
}, 60_000)
afterAll(async () => {
  await api[Symbol.asyncDispose]()
})

describe('without a connector', () => {
  it('an import cannot be asked for, and the answer says what to do', async () => {
    const { status, body, headers } = await api.post('/v1/imports', { mode: 'full' })
    expect(status).toBe(409)
    expect(headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(body).toMatchObject({
      type: 'urn:opendirsync:problem:connector-missing',
      title: 'Conflict',
      status: 409,
      detail: expect.stringMatching(/start that service/)
    })
  })
})

describe('authentication', () => {
  const refused: [name: string, headers: Record<string, string>][] = [
    ['no key', {}],
    ['a wrong key', { authorization: `Bearer ${key}x` }],
    ['an empty key', { 'x-api-key': '' }],
    ['another scheme', { authorization: `Basic ${key}` }]
  ]
  it.each(refused)('refuses %s', async (_name, headers) => {
    const response = await api.app.inject({ url: '/v1/runs', headers })
    expect(response.statusCode).toBe(401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="opendirsync"')
    expect(response.json()).toMatchObject({ type: 'urn:opendirsync:problem:unauthenticated' })
    expect(response.body).not.toContain(key)
  })

  it.each([{ authorization: `bearer ${key}` }, { 'x-api-key': key }])(
    'takes a key from %o',
    async headers => {
      const response = await api.app.inject({ url: '/v1/runs', headers })
      expect(response.statusCode).toBe(200)
    }
  )

  it('answers 429 after too many failures, and lets a known key pass', async () => {
    await using app = await api.build()
    const statuses: number[] = []
    for (let turn = 0; turn < 25; turn += 1) statuses.push((await app.inject('/v1/runs')).statusCode)
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401))
    expect(statuses.slice(20)).toEqual(Array(5).fill(429))
    const last = await app.inject('/v1/runs')
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect((await app.inject({ url: '/v1/runs', headers: { 'x-api-key': key } })).statusCode).toBe(200)
  })

  it('never writes a key to the log, and writes who called', () => {
    expect(JSON.stringify(api.lines)).not.toContain(key)
    expect(api.lines.some(line => line.caller === 'tester' && line.route === '/v1/runs')).toBe(true)
  })
})

describe('imports and runs', () => {
  const connector = 'corp.example.com'

  beforeEach(async () => {
    await api.store.connectors.register(connector, 'active-directory', 'DC=corp,DC=example,DC=com')
  })

  it('queues a run, wakes its importer, and answers the same run while it waits', async () => {
    const received: ImportRequested[] = []
    await using _importer = api.queues.consume(
      definitions.importRequested,
      { concurrency: 1, partition: connector },
      async message => {
        received.push(message)
        return 'seen'
      }
    )
    const first = await api.post('/v1/imports', { mode: 'full' })
    const run = first.body as Run
    expect(first.status).toBe(202)
    expect(first.headers.location).toBe(`/v1/runs/${run.id}`)
    expect(run).toMatchObject({
      connector,
      mode: 'full',
      state: 'queued',
      trigger: 'api:tester',
      counters: { pages: 0, reported: 0, staged: 0, deleted: 0 }
    })
    await waitFor(() => received.some(({ runId }) => runId === run.id))

    const again = await api.post('/v1/imports', { mode: 'full', connector: 'CORP.example.com' })
    expect(again.status).toBe(202)
    expect(again.body).toEqual(run)
    const delta = await api.post('/v1/imports', { mode: 'delta' })
    expect((delta.body as Run).id).not.toBe(run.id)

    const read = await api.get(`/v1/runs/${run.id}`)
    expect(read).toMatchObject({ status: 200, body: run })
  })

  it('pages through runs and filters them', async () => {
    const first = await api.get('/v1/runs?limit=1')
    const { runs, next } = first.body as { runs: Run[]; next: string }
    expect(runs).toHaveLength(1)
    const second = await api.get(`/v1/runs?limit=1&before=${encodeURIComponent(next)}`)
    const older = (second.body as { runs: Run[] }).runs
    expect(older).toHaveLength(1)
    expect(older[0]?.id).not.toBe(runs[0]?.id)
    expect(second.body).not.toHaveProperty('next')
    expect((await api.get('/v1/runs?state=failed')).body).toEqual({ runs: [] })
    expect((await api.get('/v1/runs?connector=other')).body).toEqual({ runs: [] })
  })

  it('must be told which connector, when there are several', async () => {
    await api.store.connectors.register('sales.example.com', 'active-directory', 'DC=sales,DC=example,DC=com')
    const ambiguous = await api.post('/v1/imports', { mode: 'delta' })
    expect(ambiguous).toMatchObject({
      status: 400,
      body: { detail: 'There are several connectors; name one of them: corp.example.com, sales.example.com.' }
    })
    const unknown = await api.post('/v1/imports', { mode: 'delta', connector: 'nowhere' })
    expect(unknown).toMatchObject({
      status: 400,
      body: { type: 'urn:opendirsync:problem:connector-unknown', detail: expect.stringMatching(/nowhere/) }
    })
    const chosen = await api.post('/v1/imports', { mode: 'delta', connector: 'sales.example.com' })
    expect(chosen).toMatchObject({ status: 202, body: { connector: 'sales.example.com' } })
  })

  const wrong: [name: string, body: object, pointer: string][] = [
    ['an unknown mode', { mode: 'some' }, '/body/mode'],
    ['no mode', {}, '/body'],
    ['an unknown property', { mode: 'full', extra: 1 }, '/body'],
    ['a connector that is no text', { mode: 'full', connector: '' }, '/body/connector']
  ]
  it.each(wrong)('refuses %s and says where', async (_name, body, pointer) => {
    const answer = await api.post('/v1/imports', body)
    expect(answer.status).toBe(400)
    expect((answer.body as { errors: { pointer: string }[] }).errors[0]?.pointer).toBe(pointer)
  })

  it('answers everything else as a problem too', async () => {
    expect(await api.get(`/v1/runs/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { type: 'urn:opendirsync:problem:run-unknown' }
    })
    expect(await api.get('/v1/runs/no-uuid')).toMatchObject({ status: 400 })
    expect(await api.get('/v1/runs?before=x')).toMatchObject({ status: 400 })
    const noDay = encodeURIComponent(`2026-13-41T00:00:00.000000Z|${randomUUID()}`)
    expect(await api.get(`/v1/runs?before=${noDay}`)).toMatchObject({ status: 400 })
    expect(await api.get('/elsewhere')).toMatchObject({ status: 404, body: { status: 404 } })
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const broken = await api.app.inject({ method: 'POST', url: '/v1/imports', headers, payload: '{' })
    expect(broken.statusCode).toBe(400)
    const large = await api.app.inject({
      method: 'POST',
      url: '/v1/imports',
      headers,
      payload: ' '.repeat(20_000)
    })
    expect(large.statusCode).toBe(413)
    expect(large.headers['content-type']).toMatch(/^application\/problem\+json/)
  })
})

describe('what is where', () => {
  it("counts, lists the quarantine, and shows an object's journal", async () => {
    expect(await api.get('/v1/summary')).toMatchObject({
      status: 200,
      body: { stagedObjects: {}, pendingExports: 0, exported: { users: 0 }, quarantined: 0 }
    })
    expect(await api.get('/v1/quarantine?limit=5')).toMatchObject({ status: 200, body: { items: [] } })
    expect(await api.get(`/v1/objects/${randomUUID()}/journal`)).toMatchObject({
      status: 200,
      body: { lines: [] }
    })
  })
})

describe('health', () => {
  it('is told without a key', async () => {
    expect((await api.app.inject('/healthz')).json()).toEqual({ status: 'ok' })
    const ready = await api.app.inject('/readyz')
    expect({ status: ready.statusCode, body: ready.json() }).toEqual({
      status: 200,
      body: { status: 'ready', problems: {} }
    })
  })
})

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 and describes every route with its keys and its errors', async () => {
    const { body, status } = await api.get('/openapi.json')
    expect(status).toBe(200)
    const document = body as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; responses: object; security?: object[] }>>
      components: { schemas: object; securitySchemes: object }
    }
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).toSorted()).toEqual([
      '/healthz',
      '/readyz',
      '/v1/connectors',
      '/v1/connectors/{name}',
      '/v1/connectors/{name}/files',
      '/v1/connectors/{name}/scope',
      '/v1/connectors/{name}/scope/preview',
      '/v1/drift',
      '/v1/drift/put-back',
      '/v1/drift/summary',
      '/v1/drift/{id}/accept',
      '/v1/drift/{id}/put-back',
      '/v1/holds',
      '/v1/holds/decide',
      '/v1/holds/postponed',
      '/v1/holds/waves',
      '/v1/imports',
      '/v1/objects/{name}/explain',
      '/v1/objects/{name}/preview',
      '/v1/objects/{objectGuid}/journal',
      '/v1/objects/{objectGuid}/password',
      '/v1/passwords',
      '/v1/passwords/resync',
      '/v1/passwords/summary',
      '/v1/pending-exports',
      '/v1/pending-exports/summary',
      '/v1/quarantine',
      '/v1/quarantine/retry',
      '/v1/quarantine/summary',
      '/v1/quarantine/{objectGuid}/retry',
      '/v1/readiness',
      '/v1/readiness/findings',
      '/v1/readiness/fixes',
      '/v1/readiness/fixes/{id}',
      '/v1/readiness/fixes/{id}/undo',
      '/v1/readiness/fixes/{id}/undo.ldif',
      '/v1/readiness/report',
      '/v1/rules',
      '/v1/rules/flows',
      '/v1/rules/preview',
      '/v1/rules/versions',
      '/v1/rules/versions/{version}',
      '/v1/rules/versions/{version}/apply',
      '/v1/runs',
      '/v1/runs/{id}',
      '/v1/runs/{id}/findings',
      '/v1/staging',
      '/v1/staging/history',
      '/v1/summary'
    ])
    expect(Object.keys(document.components.schemas).toSorted()).toEqual([
      'Problem',
      'Run',
      'Scope',
      'ScopeCondition',
      'ScopeInput'
    ])
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'apiKey'])
    expect(Object.keys(document.paths['/v1/imports']?.post?.responses ?? {})).toEqual(
      expect.arrayContaining(['202', '400', '401', '409', '429', '500', '503'])
    )
    expect(JSON.stringify(document)).toContain('"$ref":"#/components/schemas/Run"')
    expect(document.paths['/healthz']?.get?.security).toEqual([])
    const rules = document.paths['/v1/rules']?.put as { requestBody?: { content: object } }
    expect(Object.keys(rules.requestBody?.content ?? {})).toEqual(
      expect.arrayContaining(['application/json', 'application/yaml', 'text/yaml'])
    )
  })
})
