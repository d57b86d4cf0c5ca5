import type { CredentialOutcome } from '@opendirsync/sync-service'

type Later = Extract<CredentialOutcome, { result: 'later' }>

const longestMs = 10 * 60_000
const firstMissingMs = 1_000

/**
 * When a password is read and sent again. A person whom the service does not know yet is usually known seconds after the
 * account was made, so that is tried soon at first; all else waits as long as the service says, and longer each time.
 *
 * @param attempts so many have been made
 */
export function retryDelayMs({ cause, retryAfterMs }: Later, attempts: number): number {
  const doubled = 2 ** Math.min(Math.max(attempts - 1, 0), 20)
  if (cause === 'throttled') return retryAfterMs
  if (cause === 'missing') return Math.min(firstMissingMs * doubled, longestMs)
  return Math.max(retryAfterMs, Math.min(retryAfterMs * doubled, longestMs))
}
