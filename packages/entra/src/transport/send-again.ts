import { retryAfterMsOf } from '../errors.ts'
import { type Answer, type GraphRequest, isRecord } from './graph-request.ts'

/** How long a request may go on being sent again: whoever waits for it holds locks. */
const patienceMs = 8_000
const mostAttempts = 5
const firstDelayMs = 250

/** How often a request was sent, and since when. */
export interface Attempts {
  readonly count: number
  readonly sinceMs: number
}

/**
 * When a request is to be sent once more; undefined when its answer (or that it has none) is for whoever asked.
 * What Graph refuses for want of quota was not carried out, so anything may be sent again. After a server's error, or
 * without an answer, nobody knows: then only what does no harm when it is done twice.
 */
export function sendAgainAfterMs(
  request: GraphRequest,
  answer: Answer | undefined,
  { count, sinceMs }: Attempts,
  nowMs: number = Date.now()
): number | undefined {
  if (count >= mostAttempts || !mayBeSentAgain(request, answer)) return undefined
  const backOffMs = firstDelayMs * 2 ** (count - 1)
  const delayMs = answer?.headers['retry-after'] === undefined ? backOffMs : retryAfterMsOf(answer, nowMs)
  return nowMs + delayMs - sinceMs > patienceMs ? undefined : delayMs
}

function mayBeSentAgain(request: GraphRequest, answer: Answer | undefined): boolean {
  if (answer?.status === 429) return true
  return (answer === undefined || [500, 502, 503, 504].includes(answer.status)) && isRepeatable(request)
}

/** A POST makes something new each time, but for references (there is one or none) and restores (out of the bin once). */
function isRepeatable({ method, url }: GraphRequest): boolean {
  return method !== 'POST' || url.endsWith('/$ref') || url.endsWith('/restore')
}

/** A gateway's page, or half an answer, with the status of a success. It tells nothing. */
export function isNonsense({ method }: GraphRequest, { status, body }: Answer): boolean {
  return method === 'GET' && status === 200 && !isRecord(body)
}
