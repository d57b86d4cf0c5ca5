import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { getCACertificates } from 'node:tls'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { connectionError, system, timedOut } from './connection-error.ts'

/** The largest answer that is read. */
const maxAnswerBytes = 32 * 2 ** 20

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface PostRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Not copied on its way: whoever overwrites it afterwards leaves nothing behind in this process's memory of ours. */
  readonly body: Buffer
  readonly signal?: AbortSignal | undefined
}

/** @throws SetupError `sync-service-certificate`; UnavailableError; the signal's reason when it says so */
export type Post = (request: PostRequest) => Promise<HttpAnswer>

/**
 * POST over https, with connections that are kept. Any status is an answer. Redirections of HTTP are not followed: they
 * would carry tokens and hashes to whoever is named there.
 */
export function poster(agent: Agent, timeoutMs: number): Post {
  return async post => {
    try {
      return await send(post, agent, timeoutMs)
    } catch (error) {
      // The other side has closed a kept connection in the moment in which it was used again.
      if (error instanceof StaleConnectionError) return await send(post, agent, timeoutMs)
      throw error
    }
  }
}

/** @throws SetupError `sync-service-certificate` when the CA file cannot be read or holds no certificate */
export function agentFor({ caFile, sockets }: { caFile: string | undefined; sockets: number }): Agent {
  const ca = caFile === undefined ? {} : { ca: [...getCACertificates('default'), authoritiesIn(caFile)] }
  return new Agent({ keepAlive: true, maxSockets: sockets, minVersion: 'TLSv1.2', ...ca })
}

class StaleConnectionError extends Error {}

function send(
  { url, headers, body, signal }: PostRequest,
  agent: Agent,
  timeoutMs: number
): Promise<HttpAnswer> {
  const late = AbortSignal.timeout(timeoutMs)
  const stop = signal === undefined ? late : AbortSignal.any([late, signal])
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      signal: stop,
      headers: { ...headers, 'Content-Length': String(body.length) }
    })
    const fail = (error: unknown): void => {
      if (signal?.aborted === true) reject(signal.reason)
      else if (late.aborted) reject(timedOut(url.host, timeoutMs))
      else if (error instanceof UnavailableError) reject(error)
      else if (outgoing.reusedSocket && isReset(error)) reject(new StaleConnectionError())
      else reject(connectionError(error, url.host))
    }
    outgoing.on('error', fail)
    outgoing.on('response', response => {
      readAll(response, url.host).then(
        bytes => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        fail
      )
    })
    outgoing.end(body)
  })
}

async function readAll(response: IncomingMessage, host: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxAnswerBytes)
      throw new UnavailableError(
        system,
        `${host} answered with more than can be an answer. Check the address.`
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function authoritiesIn(caFile: string): string {
  let pem: string
  try {
    pem = readFileSync(caFile, 'utf8')
  } catch (cause) {
    const message = `The CA file ${caFile} cannot be read. Check its path and its rights.`
    throw new SetupError('sync-service-certificate', message, { cause })
  }
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  throw new SetupError(
    'sync-service-certificate',
    `${caFile} holds no certificate in PEM. Put that of the authority there.`
  )
}
