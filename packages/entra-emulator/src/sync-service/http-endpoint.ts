import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Faults } from '../faults.ts'
import { isDamaged, sendDamaged } from '../server/damaged-answer.ts'
import { answerWithFault, gatewayPage } from '../server/graph-endpoint.ts'
import { BodyTooLargeError, headersOf, readBytes } from '../server/http-exchange.ts'
import { faultReply } from './replies.ts'
import { SyncFault } from './sync-fault.ts'
import type { SyncAnswer, SyncService } from './sync-service.ts'

export interface SyncEndpointOptions {
  readonly service: SyncService
  readonly faults: Faults
}

const contentType = 'application/soap+msbin1'

interface Answer extends SyncAnswer {
  readonly headers?: Readonly<Record<string, string>>
}

/** HTTP for the synchronization service: type, size, faults. What a message means is the service's business. */
export async function answerSyncService(
  options: SyncEndpointOptions,
  message: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const { fault, carryOut } = await prepared(options, message)
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs)
  const answer = await answerWithFault(fault, carryOut, failure)
  if (answer === 'drop') {
    message.socket.destroy()
    return
  }
  const { status, body } = answer
  const type = typeof body === 'string' ? 'text/html; charset=us-ascii' : contentType
  const headers = { 'Content-Type': type, ...answer.headers }
  if (isDamaged(fault)) await sendDamaged(response, { status, headers, body }, fault)
  else response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

interface Prepared {
  /** The one that this call meets, by its operation. */
  readonly fault: Fault | undefined
  readonly carryOut: () => Promise<Answer>
}

async function prepared(
  { service, faults }: SyncEndpointOptions,
  message: IncomingMessage
): Promise<Prepared> {
  const given = await callOf(service, message)
  const action = 'message' in given ? given.message.action : ''
  const path = `${message.url ?? ''}/${action.slice(action.lastIndexOf('/') + 1)}`
  const fault = faults.take({ target: 'sync-service', method: message.method ?? 'POST', path })
  if ('status' in given) return { fault, carryOut: async () => given }
  const call = { ...given, host: message.headers.host ?? '', headers: headersOf(message) }
  return { fault, carryOut: () => service.answer(call) }
}

/** The message of a request, or why it has none. The words are WCF's where it has some. */
async function callOf(
  service: SyncService,
  request: IncomingMessage
): Promise<Answer | { readonly message: ReturnType<SyncService['read']> }> {
  let bytes: Buffer
  try {
    bytes = await readBytes(request)
  } catch (error) {
    if (error instanceof BodyTooLargeError) return { status: 413, body: '', headers: { Connection: 'close' } }
    throw error
  }
  if (request.method !== 'POST') return { status: 405, body: '', headers: { Allow: 'POST' } }
  const type = request.headers['content-type'] ?? ''
  if (type.split(';')[0]?.trim().toLowerCase() !== contentType) {
    const body = `Cannot process the message because the content type '${type}' was not the expected type '${contentType}'.`
    return { status: 415, body }
  }
  try {
    return { message: service.read(bytes) }
  } catch {
    return { status: 400, body: 'Bad Request' }
  } finally {
    bytes.fill(0)
  }
}

/** With words, the service says them; without, something on the way to it has only a status. */
function failure(fault: Fault): Answer {
  const { status = 503, retryAfterSeconds, message } = fault
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }
  if (fault.html) return { ...gatewayPage(fault.status ?? 502), headers }
  if (message === undefined) return { status, body: '', headers }
  return { status, body: faultReply(new SyncFault(message), { messageId: undefined }), headers }
}
