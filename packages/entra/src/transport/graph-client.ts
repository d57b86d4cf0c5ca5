import { Client, GraphClientError, type Middleware, ResponseType } from '@microsoft/microsoft-graph-client'
import type { ExportMode } from '@opendirsync/contracts'
import { connectionError } from './connection-errors.ts'
import type { Answer } from './graph-request.ts'
import { authenticate, carryErrors, fetchWithin, holdBackWrites, identify } from './middleware.ts'
import type { TokenSource } from './token.ts'

export interface GraphClient {
  /** @throws SetupError, UnavailableError; every status is an answer, not an error */
  get(path: string): Promise<Answer>
  post(path: string, json: string): Promise<Answer>
}

interface GraphClientOptions {
  readonly graphUrl: string
  readonly tokens: TokenSource
  /** Asked before each request. */
  readonly mode: () => ExportMode
  readonly timeoutMs: number
  /** Of Graph. A batch is of one version, whatever its requests. */
  readonly version: 'v1.0' | 'beta'
}

/**
 * Microsoft's client with a chain of our own. Without its RetryHandler, which sleeps in the caller and repeats a
 * POST after a 504; without its batch classes, which misread answers without a body.
 */
export function graphClient({ graphUrl, tokens, mode, timeoutMs, version }: GraphClientOptions): GraphClient {
  const middleware: Middleware[] = [
    carryErrors(),
    identify(),
    authenticate(tokens),
    holdBackWrites(mode),
    fetchWithin(timeoutMs)
  ]
  const client = Client.initWithMiddleware({ baseUrl: `${graphUrl}/`, defaultVersion: version, middleware })
  const host = new URL(graphUrl).host

  async function answerOf(request: () => Promise<unknown>): Promise<Answer> {
    let response: unknown
    try {
      response = await request()
    } catch (error) {
      throw error instanceof GraphClientError && error.customError !== undefined ? error.customError : error
    }
    if (!(response instanceof Response)) throw new TypeError('The Graph client gave no response')
    try {
      const text = await response.text()
      return { status: response.status, headers: Object.fromEntries(response.headers), body: parsed(text) }
    } catch (error) {
      throw connectionError(error, host)
    }
  }

  return {
    get: path => answerOf(() => client.api(path).responseType(ResponseType.RAW).get()),
    post: (path, json) => answerOf(() => client.api(path).responseType(ResponseType.RAW).post(json))
  }
}

/** Gateways between us and Graph answer with HTML; that is an answer without a body to us. */
function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
