import type { IncomingHttpHeaders } from 'node:http'
import { SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import { system, TimedOutError, TooLargeError } from './connection-error.ts'
import type { HttpAnswer } from './post.ts'

/** How long to wait when the other side does not say. */
const defaultRetryAfterMs = 30_000
const maxRetryAfterMs = 3_600_000

/** What an answer means that carries no message of the service, whose status is all that can be told from. */
export function statusError({ status, headers }: HttpAnswer, host: string): Error {
  switch (status) {
    case 401:
      return new SetupError(
        'sync-service-credentials',
        `${host} does not accept the token. Check that the tenant, the authority and the address belong to one cloud.`
      )
    case 408:
    case 504:
      return new TimedOutError(
        system,
        `${host} could not do it in time (status ${status}). It will be tried again.`
      )
    case 413:
      return new TooLargeError(
        system,
        `${host} does not take a request of this size. It will be sent in parts.`
      )
    case 429:
    case 503:
      return new ThrottledError(`${host} has asked us to slow down.`, retryAfterMsOf(headers))
    default:
      return new UnavailableError(system, `${host} ${whatItDid(status, headers)} It will be tried again.`)
  }
}

/** Retry-After is in seconds or an HTTP date (RFC 9110 section 10.2.3). Nobody waits longer than an hour for it. */
export function retryAfterMsOf(headers: IncomingHttpHeaders, nowMs: number = Date.now()): number {
  const value = headers['retry-after']
  if (value === undefined) return defaultRetryAfterMs
  const seconds = Number(value)
  const ms = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1_000
  return Number.isNaN(ms) ? defaultRetryAfterMs : Math.min(Math.max(Math.ceil(ms), 0), maxRetryAfterMs)
}

function whatItDid(status: number, headers: IncomingHttpHeaders): string {
  if (status >= 300 && status < 400)
    return `sends elsewhere (status ${status}), which the service does not do. Check the address, and proxies on the way.`
  if (status === 403) return 'refuses the connection (status 403). Check proxies on the way, and the address.'
  if (status === 404) return 'has no synchronization service at this address (status 404). Check the address.'
  if (status < 400)
    return `answered with something else (${headers['content-type'] ?? 'no type'}). Check the address, and proxies on the way.`
  return `could not do it now (status ${status}).`
}
