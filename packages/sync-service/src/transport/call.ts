import { randomUUID } from 'node:crypto'
import { type Content, type Element, elementAt, writeDocument } from '@opendirsync/binary-xml'
import { ThrottledError, UnavailableError } from '@opendirsync/contracts'
import type { TokenSource } from '../sign-in/token-source.ts'
import { applicationId, clientVersion, envelope } from '../soap/envelope.ts'
import { faultError, faultIn, isAboutToken, messageIn, redirectionIn, tokenRefused } from '../soap/reply.ts'
import { system } from './connection-error.ts'
import type { HttpAnswer, Post } from './post.ts'
import { redirected } from './redirection.ts'
import { HeldBackError, isUnsafe } from './staging.ts'
import { statusError } from './status-error.ts'

const maxRedirections = 3

interface Call {
  readonly operation: string
  /** What the operation's element holds. */
  readonly content: readonly Content[]
  readonly signal?: AbortSignal | undefined
}

/**
 * One operation of the service; the element `<operation>Result` of its reply, empty where there is none.
 * @throws SetupError; ThrottledError, also without asking, until the time to wait is over; TimedOutError,
 *   TooLargeError and other UnavailableErrors; HeldBackError; the signal's reason
 */
export type CallService = (call: Call) => Promise<Element | undefined>

interface CallOptions {
  readonly tenantId: string
  readonly endpoint: URL
  readonly buildNumber: string
  readonly machineId: string | undefined
  /** Asked last, before each request. */
  readonly isStaging: () => boolean
  readonly tokens: TokenSource
  readonly post: Post
}

export function callService(options: CallOptions): CallService {
  const { endpoint, tokens } = options
  /** Where the service has sent us; the same for all calls until it fails. */
  let current = endpoint
  let pausedUntilMs = 0

  async function attempt(call: Call): Promise<Element | undefined> {
    let renewed = false
    for (let redirections = 0; redirections <= maxRedirections; ) {
      const at = current
      const answer = understood(await send(call, at, options))
      if (answer.redirection !== undefined) {
        current = redirected(at, endpoint, answer.redirection)
        redirections += 1
      } else if (answer.refusesToken) {
        tokens.renew()
        if (renewed) throw tokenRefused(at.host)
        renewed = true
      } else {
        return resultOf(call.operation, answer, at.host)
      }
    }
    throw new UnavailableError(system, `${endpoint.host} sends from host to host. It will be tried again.`)
  }

  return async call => {
    const waitMs = pausedUntilMs - Date.now()
    if (waitMs > 0) throw new ThrottledError('The synchronization service has asked us to slow down.', waitMs)
    try {
      return await attempt(call)
    } catch (error) {
      if (error instanceof ThrottledError)
        pausedUntilMs = Math.max(pausedUntilMs, Date.now() + error.retryAfterMs)
      if (error instanceof UnavailableError) current = endpoint
      throw error
    }
  }
}

async function send(call: Call, at: URL, options: CallOptions): Promise<HttpAnswer> {
  const token = await options.tokens.token()
  const trackingId = randomUUID()
  const { operation, content, signal } = call
  const { buildNumber } = options
  signal?.throwIfAborted()
  if (isUnsafe(operation) && options.isStaging()) throw new HeldBackError()
  const body = writeDocument(envelope({ operation, content, endpoint: at, token, trackingId, buildNumber }))
  try {
    return await options.post({ url: at, headers: headersOf(operation, trackingId, options), body, signal })
  } finally {
    body.fill(0)
  }
}

function headersOf(
  operation: string,
  trackingId: string,
  { tenantId, buildNumber, machineId }: CallOptions
): Record<string, string> {
  return {
    'Content-Type': 'application/soap+msbin1',
    'User-Agent': '',
    'client-request-id': trackingId,
    'x-ms-aadmsods-appid': applicationId,
    'x-ms-aadmsods-apiaction': operation,
    'x-ms-aadmsods-clientversion': clientVersion,
    'x-ms-aadmsods-dirsyncbuildnumber': buildNumber,
    'x-ms-aadmsods-fimbuildnumber': buildNumber,
    'x-ms-aadmsods-tenantid': tenantId,
    ...(machineId !== undefined && { 'x-ms-aadmsods-machineid': machineId })
  }
}

interface Understood {
  readonly http: HttpAnswer
  /** Undefined when it is not the service that has answered. */
  readonly message: Element | undefined
  readonly fault: Element | undefined
  readonly redirection: URL | undefined
  readonly refusesToken: boolean
}

function understood(http: HttpAnswer): Understood {
  const message = messageIn(http)
  const fault = message && faultIn(message)
  const redirection = fault && redirectionIn(fault)
  const refusesToken = http.status === 401 || (fault !== undefined && isAboutToken(fault))
  return { http, message, fault, redirection, refusesToken }
}

/** A fault may come with status 200, and what is not from the service with any. */
function resultOf(
  operation: string,
  { http, message, fault }: Understood,
  host: string
): Element | undefined {
  if (http.status === 429 || http.status === 503 || message === undefined) throw statusError(http, host)
  if (fault !== undefined) throw faultError(fault, host)
  const response = elementAt(message, `Body/${operation}Response`)
  if (http.status !== 200 || response === undefined) throw statusError(http, host)
  return elementAt(response, `${operation}Result`)
}
