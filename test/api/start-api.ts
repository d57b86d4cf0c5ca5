import { connectQueues, type Queues } from '@opendirsync/queue'
import { createHealth, createLogger } from '@opendirsync/runtime'
import { openStore, type Store } from '@opendirsync/store'
import { startRedis } from '@opendirsync/testing'
import { readApiKeys } from '../../services/api/src/api-keys.ts'
import { buildApp } from '../../services/api/src/app.ts'
import type { App } from '../../services/api/src/app-type.ts'
import { ownDatabase } from '../support/own-database.ts'

export const key = 'a-key-for-tests-'.repeat(3)

export interface Api extends AsyncDisposable {
  readonly app: App
  readonly store: Store
  readonly queues: Queues
  /** The log lines so far. */
  readonly lines: Record<string, unknown>[]
  /** Another API on the same store, which knows of no failed authentication yet. The caller disposes it. */
  build(): Promise<App>
  get(path: string): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }>
  post(
    path: string,
    body: object
  ): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }>
  /** Any other request; a text is sent as YAML. */
  send(request: ApiRequest): Promise<ApiAnswer>
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: object | string
  readonly headers?: Readonly<Record<string, string>>
}

interface ApiAnswer {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly text: string
  /** Undefined where the answer is not JSON. */
  readonly body: ReturnType<JSON['parse']>
}

/** The API as its main.ts makes it, on a database and a Redis of its own. */
export async function startApi(): Promise<Api> {
  await using opened = new AsyncDisposableStack()
  const redis = opened.use(await startRedis())
  const database = opened.use(await ownDatabase())
  const lines: Record<string, unknown>[] = []
  const log = createLogger({ name: 'api', destination: { write: line => void lines.push(JSON.parse(line)) } })
  const store = opened.use(await openStore({ url: database.url }))
  const queues = opened.use(connectQueues({ redisUrl: redis.url, log }))
  const health = createHealth({ PostgreSQL: () => store.ping(), Redis: () => queues.ping() })
  const apiKeys = readApiKeys(`tester:${key}`)
  const build = () => buildApp({ store, queues, health, apiKeys, log })
  const app = opened.use(await build())
  const headers = { authorization: `Bearer ${key}` }
  const kept = opened.move()

  return {
    app,
    store,
    queues,
    lines,
    build,
    get: async url => answerOf(await app.inject({ url, headers })),
    post: async (url, payload) => answerOf(await app.inject({ method: 'POST', url, headers, payload })),
    async send({ method, path, body, headers: own }) {
      const type = typeof body === 'string' ? { 'content-type': 'application/yaml' } : {}
      const response = await app.inject({
        method,
        url: path,
        headers: { ...headers, ...type, ...own },
        ...(body !== undefined && { payload: body })
      })
      const isJson = /json/.test(String(response.headers['content-type']))
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        body: isJson ? response.json() : undefined
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync()
  }
}

function answerOf(response: { statusCode: number; json(): unknown; headers: Record<string, unknown> }) {
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}
