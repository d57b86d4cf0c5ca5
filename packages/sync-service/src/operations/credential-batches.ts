import { ThrottledError, UnavailableError } from '@opendirsync/contracts'
import type { CallService } from '../transport/call.ts'
import { TimedOutError, TooLargeError } from '../transport/connection-error.ts'
import { HeldBackError } from '../transport/staging.ts'
import { type Credential, type CredentialOutcome, provisionCredentials } from './provision-credentials.ts'

const unavailableRetryAfterMs = 5_000
const stagingRetryAfterMs = 600_000

interface BatchOptions {
  readonly call: CallService
  /** How many credentials one call carries at most. */
  readonly batchSize: number
  /** How many calls are under way at once. */
  readonly batchesInFlight: number
}

type Outcomes = Map<string, CredentialOutcome>

/** @throws SetupError when none can succeed until a person acts; the signal's reason */
export type SendCredentials = (credentials: readonly Credential[], signal?: AbortSignal) => Promise<Outcomes>

/**
 * Sends credentials in batches. Microsoft publishes no limit for one call, so the size yields: a batch that is too large
 * is sent in halves; after one that had no answer in time the next ones are half as large, and grow again as they succeed.
 */
export function credentialSender({ call, batchSize, batchesInFlight }: BatchOptions): SendCredentials {
  let size = batchSize

  async function sendBatch(batch: readonly Credential[], signal: AbortSignal | undefined): Promise<Outcomes> {
    try {
      const outcomes = await provisionCredentials(call, batch, signal)
      size = Math.min(batchSize, size + 1)
      return outcomes
    } catch (error) {
      if (error instanceof TooLargeError && batch.length > 1) return await sendHalves(batch, signal)
      if (error instanceof TimedOutError) size = Math.max(1, Math.floor(batch.length / 2))
      return allLater(batch, error)
    }
  }

  async function sendHalves(
    batch: readonly Credential[],
    signal: AbortSignal | undefined
  ): Promise<Outcomes> {
    const middle = Math.ceil(batch.length / 2)
    size = middle
    const first = await sendBatch(batch.slice(0, middle), signal)
    return new Map([...first, ...(await sendBatch(batch.slice(middle), signal))])
  }

  return async (credentials, signal) => {
    const waiting = [...new Map(credentials.map(each => [each.sourceAnchor, each])).values()]
    const outcomes: Outcomes = new Map()
    /** One of several that take from the front until nothing is left, or one has failed. */
    const sendSome = async (): Promise<void> => {
      while (waiting.length > 0) {
        signal?.throwIfAborted()
        const batch = waiting.splice(0, size)
        for (const [anchor, outcome] of await sendBatch(batch, signal)) outcomes.set(anchor, outcome)
      }
    }
    const senders = Array.from({ length: batchesInFlight }, () =>
      sendSome().catch((error: unknown) => {
        waiting.length = 0
        throw error
      })
    )
    // All are waited for: none may still be sending when the hashes are overwritten.
    const ends = await Promise.allSettled(senders)
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    return outcomes
  }
}

/** @throws the error itself when it is not one to wait out */
function allLater(batch: readonly Credential[], error: unknown): Outcomes {
  const outcome = laterOf(error)
  if (outcome === undefined) throw error
  return new Map(batch.map(({ sourceAnchor }) => [sourceAnchor, outcome]))
}

function laterOf(error: unknown): CredentialOutcome | undefined {
  if (error instanceof ThrottledError)
    return { result: 'later', reason: error.message, retryAfterMs: error.retryAfterMs, cause: 'throttled' }
  if (error instanceof UnavailableError)
    return { result: 'later', reason: error.message, retryAfterMs: unavailableRetryAfterMs }
  if (error instanceof HeldBackError)
    return { result: 'later', reason: error.message, retryAfterMs: stagingRetryAfterMs }
  return undefined
}
