import {
  type Problem,
  SetupError,
  ThrottledError,
  UnavailableError,
  type WriteOutcome
} from '@opendirsync/contracts'
import { refusalOf } from './refusals.ts'
import { type Answer, isRecord, textIn } from './transport/graph-request.ts'
import { HeldBackError } from './transport/staging.ts'

/** How long to wait when the other side does not say. */
const defaultRetryAfterMs = 5_000
/** How long a new object may be unknown to a replica: a few seconds by Microsoft's account, mostly less. */
export const replicationMs = 2_000
const stagingRetryAfterMs = 600_000

/** What one answer means to whoever asked. Foreign errors are understood here and nowhere else. */
export type Verdict =
  | { readonly kind: 'done' }
  /** An object of the request is not there, or not known everywhere yet: Graph does not tell which. */
  | { readonly kind: 'missing' }
  /** The reference that was to be added is there. */
  | { readonly kind: 'reference-exists' }
  /** The reference that was to be removed is not there. */
  | { readonly kind: 'reference-missing' }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | {
      readonly kind: 'later'
      readonly reason: string
      readonly retryAfterMs: number
      readonly cause?: 'throttled'
    }

/**
 * @throws SetupError when Graph no longer knows who we are
 */
export function verdictOf(answer: Answer): Verdict {
  if (answer.status >= 200 && answer.status < 300) return { kind: 'done' }
  const error = noAnswer(answer)
  if (error instanceof SetupError) throw error
  if (error instanceof ThrottledError)
    return { kind: 'later', reason: error.message, retryAfterMs: error.retryAfterMs, cause: 'throttled' }
  if (error !== undefined)
    return { kind: 'later', reason: error.message, retryAfterMs: retryAfterMsOf(answer) }
  if (answer.status === 404) return { kind: 'missing' }
  return referenceVerdict(answer) ?? { kind: 'refused', problem: refusalOf(answer) }
}

/** The answers that say nothing about the request itself; undefined when this one does. */
export function noAnswer(answer: Answer): SetupError | ThrottledError | UnavailableError | undefined {
  const { status } = answer
  if (status === 401) {
    return new SetupError(
      'graph-credentials',
      'Graph does not accept the token. Check that the tenant and the Graph address belong to one cloud.'
    )
  }
  if (status === 429) return new ThrottledError('Graph has asked us to slow down.', retryAfterMsOf(answer))
  // 409, 412 and 423 are about another write at the same moment, 424 about another item of the batch.
  if (status >= 500 || [408, 409, 412, 423, 424].includes(status)) {
    return new UnavailableError(
      'entra',
      `Graph could not do it now (status ${status}). It will be tried again.`
    )
  }
  return undefined
}

/** Retry-After is in seconds, with decimals at times, or an HTTP date (RFC 9110 section 10.2.3). */
export function retryAfterMsOf(answer: Answer, nowMs: number = Date.now()): number {
  const value = answer.headers['retry-after']
  if (value === undefined) return defaultRetryAfterMs
  const seconds = Number(value)
  if (!Number.isNaN(seconds)) return Math.max(0, Math.ceil(seconds * 1_000))
  const dateMs = Date.parse(value)
  return Number.isNaN(dateMs) ? defaultRetryAfterMs : Math.max(0, dateMs - nowMs)
}

/** What a write that got no answer comes to; undefined when the error is not one to wait out. */
export function outcomeOfError(error: unknown): WriteOutcome | undefined {
  if (error instanceof ThrottledError) return later(error.message, error.retryAfterMs, 'throttled')
  if (error instanceof UnavailableError) return later(error.message, defaultRetryAfterMs)
  if (error instanceof HeldBackError) return later(error.message, stagingRetryAfterMs)
  return undefined
}

export function later(reason: string, retryAfterMs: number, cause?: 'throttled' | 'missing'): WriteOutcome {
  return { result: 'later', reason, retryAfterMs, ...(cause !== undefined && { cause }) }
}

function referenceVerdict({ body }: Answer): Verdict | undefined {
  const message = (isRecord(body) && textIn(body.error, 'message')) || ''
  if (/added object references already exist/.test(message)) return { kind: 'reference-exists' }
  if (/removed object references do not exist/.test(message)) return { kind: 'reference-missing' }
  if (/source resource object or one of the objects being referenced/.test(message))
    return { kind: 'missing' }
  return undefined
}
