import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { EmulatedTenant } from '../emulated-tenant.ts'
import type { Fault, Faults } from '../faults.ts'
import { malformed } from '../graph/graph-error.ts'
import type { GraphRequest, GraphResponse } from '../graph/graph-request.ts'
import { faultResponse, type GraphService, refusal } from '../graph/graph-service.ts'
import { parsePath } from '../graph/request-path.ts'
import type { RequestLog } from '../request-log.ts'
import type { AccessTokens } from '../token/access-tokens.ts'
import { isDamaged, sendDamaged } from './damaged-answer.ts'
import { headersOf, readText, send } from './http-exchange.ts'

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
  const version = message.url?.startsWith('/beta/') ? 'beta' : 'v1.0'
  const url = (message.url ?? '').slice(`/${version}`.length)
  const method = message.method ?? 'GET'
  const requestId = randomUUID()
  const fault = options.faults.take({ target: 'request', method, path: url })
  if (fault?.delayMs !== undefined) await new Promise(resolve => setTimeout(resolve, fault.delayMs))
  const text = await readText(message)
  const ids = { requestId, headers: headersOf(message) }
  const nowMs = options.tenant.clock.now()
  const carryOut = async (): Promise<GraphResponse> => {
    try {
      const caller = await options.tokens.verify(message.headers.authorization)
      return options.service.answer({
        ...ids,
        ...parsePath(url),
        method,
        body: parseBody(text),
        version,
        root: `${origin}/${version}`,
        tenant: options.tenant,
        ...caller
      } satisfies GraphRequest)
    } catch (error) {
      return refusal(error, ids, nowMs)
    }
  }
  const failure = (failed: Fault): GraphResponse => {
    const page = failed.html ? gatewayPage(failed.status ?? 502) : faultResponse(failed, ids, nowMs)
    options.requests.countStatus(page.status)
    return page
  }
  const answer = await answerWithFault(fault, carryOut, failure)
  if (answer === 'drop') {
    message.socket.destroy()
    return
  }
  const whole = wholeAnswer(answer, ids, nowMs)
  if (isDamaged(fault)) await sendDamaged(response, { ...whole, body: whole.body ?? '' }, fault)
  else send(response, whole.status, whole.headers, whole.body)
}

/** What a request is answered with that meets this fault. */
export async function answerWithFault<Answer>(
  fault: Fault | undefined,
  carryOut: () => Promise<Answer>,
  failure: (fault: Fault) => Answer
): Promise<Answer | 'drop'> {
  if (fault === undefined) return await carryOut()
  const done = fault.carriedOut ? await carryOut() : undefined
  if (fault.drop) return 'drop'
  if (fault.status !== undefined || fault.html) return failure(fault)
  return done ?? (await carryOut())
}

/** What a gateway between a client and a service answers. */
export function gatewayPage(status: number): GraphResponse & { readonly body: string } {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`
  return { status, headers: { 'Content-Type': 'text/html; charset=us-ascii' }, body }
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

function wholeAnswer(
  { status, headers, body }: GraphResponse,
  ids: Pick<GraphRequest, 'requestId' | 'headers'>,
  nowMs: number
): { status: number; headers: Record<string, string>; body: string | undefined } {
  const common: Record<string, string> = {
    'Cache-Control': 'no-cache',
    'OData-Version': '4.0',
    'request-id': ids.requestId,
    'client-request-id': ids.headers['client-request-id'] ?? ids.requestId,
    Date: new Date(nowMs).toUTCString(),
    ...headers
  }
  if (body === undefined || typeof body === 'string') return { status, headers: common, body }
  return { status, headers: { 'Content-Type': jsonType, ...common }, body: JSON.stringify(body) }
}
