import { spawn, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, key, startApi } from '../api/start-api.ts'
import { quotedIn, readPage, section, tableRows } from './read-page.ts'

const page = readPage('docs/api.md')
const hasCurl = spawnSync('curl', ['--version']).status === 0

/** A curl command of the page, and the answer that the page shows for it. */
interface Example {
  readonly heading: string
  readonly command: string
  readonly answer: Record<string, unknown> | undefined
}

const examples: Example[] = [
  ...page.matchAll(/^## (.+)\n[^#]*?```sh\n(curl[\s\S]*?)\n```(?:\n\n```json\n([\s\S]*?)\n```)?/gm)
].map(([, heading = '', command = '', answer]) => ({
  heading,
  command,
  answer: answer === undefined ? undefined : JSON.parse(answer)
}))

describe('docs/api.md', () => {
  let api: Api
  let url: string
  let runId: string
  beforeAll(async () => {
    api = await startApi()
    url = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const connector = 'corp.example.com'
    await api.store.connectors.register(connector, 'active-directory', 'DC=corp,DC=example,DC=com')
    // The list of queued runs is empty on the page.
    runId = (await api.store.runs.request({ connector, mode: 'delta', trigger: 'api:tester' })).id
    await api.store.runs.takeQueued(connector, 'delta')
  }, 60_000)
  afterAll(async () => {
    await api[Symbol.asyncDispose]()
  })

  it('names every call of the OpenAPI document and no other', async () => {
    const { paths } = (await api.get('/openapi.json')).body as {
      paths: Record<string, Record<string, object>>
    }
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`)
    )
    const named = tableRows(page).flatMap(([call = '']) =>
      quotedIn(call).filter(text => /^[A-Z]+ \//.test(text))
    )
    expect(named.toSorted()).toEqual(described.toSorted())
  })

  it('explains the error that is shown', async () => {
    expect(section(page, 'Errors')).toContain('"type": "urn:opendirsync:problem:connector-unknown"')
    const { body } = await api.post('/v1/imports', { mode: 'full', connector: 'example.org' })
    expect(body).toMatchObject({
      type: 'urn:opendirsync:problem:connector-unknown',
      detail: 'No connector is called example.org. Known are: corp.example.com.'
    })
  })

  // The import comes last: it queues the run that the list would show.
  const inOrder = examples.toSorted(
    (one, other) => Number(one.command.includes('POST')) - Number(other.command.includes('POST'))
  )
  it.skipIf(!hasCurl).each(inOrder)('$heading: the command works as shown', async ({ command, answer }) => {
    const { code, output } = await shell(command, { API_URL: url, API_KEY: key, RUN_ID: runId })
    expect(code, output).toBe(0)
    const body = JSON.parse(output) as Record<string, unknown>
    if (answer !== undefined) expect(Object.keys(body).toSorted()).toEqual(Object.keys(answer).toSorted())
  })

  it('has the examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(7)
  })
})

/** Not synchronously: the API that is asked lives in this process. */
function shell(
  command: string,
  environment: Record<string, string>
): Promise<{ code: number | null; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; output: string }>()
  const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, ...environment } })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()))
  child.on('close', code => resolve({ code, output }))
  return promise
}
