import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EmulatedTenant } from '../emulated-tenant.ts'
import type { Fault, Faults } from '../faults.ts'
import { malformed } from '../graph/graph-error.ts'
import type { GraphRequest, GraphResponse } from '../graph/graph-request.ts'
import { faultResponse, type GraphService, refusal } from '../graph/graph-service.ts'
import { parsePath } from '../graph/request-path.ts'
import type { RequestLog } from '../request-log.ts'
import type { AccessTokens } from '../token/access-tokens.ts'
import { readText, send } from './http-exchange.ts'

export interface GraphEndpointOptions {
  readonly tenant: EmulatedTenant
  readonly service: GraphService
  readonly tokens: AccessTokens
  readonly requests: RequestLog
  readonly faults: Faults
}

const jsonType =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

/** HTTP for Graph: token, body, headers. What the request means is the service's business. */
export async function answerGraph(
  options: GraphEndpointOptions,
  message: IncomingMessage,
  response: ServerResponse,
  origin: string
): Promise<void> {
  options.requests.countRequest()
  const url = (message.url ?? '').slice('/v1.0'.length)
  const method = message.method ?? 'GET'
  const requestId = randomUUID()
  const fault = options.faults.take({ target: 'request', method, path: url })
  if (fault?.delayMs !== undefined) await new Promise(resolve => setTimeout(resolve, fault.delayMs))
  const text = await readText(message)
  const ids = { requestId, headers: headersOf(message) }
  const nowMs = options.tenant.clock.now()
  const carryOut = async (): Promise<GraphResponse> => {
    try {
      const appId = await options.tokens.verify(message.headers.authorization)
      return options.service.answer({
        ...ids,
        ...parsePath(url),
        method,
        body: parseBody(text),
        root: `${origin}/v1.0`,
        tenant: options.tenant,
        appId
      } satisfies GraphRequest)
    } catch (error) {
      return refusal(error, ids, nowMs)
    }
  }
  const answer = await answerWithFault(fault, carryOut, failed => faultResponse(failed, ids, nowMs))
  if (answer === 'drop') message.socket.destroy()
  else sendGraph(response, answer, ids, nowMs)
}

async function answerWithFault(
  fault: Fault | undefined,
  carryOut: () => Promise<GraphResponse>,
  failure: (fault: Fault) => GraphResponse
): Promise<GraphResponse | 'drop'> {
  if (fault === undefined) return await carryOut()
  const done = fault.carriedOut ? await carryOut() : undefined
  if (fault.drop) return 'drop'
  if (fault.status !== undefined) return failure(fault)
  return done ?? (await carryOut())
}

function parseBody(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw malformed(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.'
    )
  }
}

function headersOf(message: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

function sendGraph(
  response: ServerResponse,
  { status, headers, body }: GraphResponse,
  ids: Pick<GraphRequest, 'requestId' | 'headers'>,
  nowMs: number
): void {
  const common: Record<string, string> = {
    'Cache-Control': 'no-cache',
    'OData-Version': '4.0',
    'request-id': ids.requestId,
    'client-request-id': ids.headers['client-request-id'] ?? ids.requestId,
    Date: new Date(nowMs).toUTCString(),
    ...headers
  }
  if (body === undefined) send(response, status, common, undefined)
  else if (typeof body === 'string') send(response, status, common, body)
  else send(response, status, { 'Content-Type': jsonType, ...common }, JSON.stringify(body))
}
