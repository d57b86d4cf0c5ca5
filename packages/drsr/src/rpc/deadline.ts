import { UnavailableError } from '@opendirsync/contracts'

export interface Deadline {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs: number
  /** What did not happen in time: `dc1:135 did not answer ept_map`. */
  readonly late: string
}

/**
 * Runs `work`, and calls `stop` with the reason when the time is over or the signal fires before it has
 * ended. `stop` must make `work` end.
 */
export async function withDeadline<T>(
  { signal, timeoutMs, late }: Deadline,
  stop: (reason: Error) => void,
  work: () => Promise<T>
): Promise<T> {
  signal?.throwIfAborted()
  const onAbort = () => stop(asError(signal?.reason))
  const timer = setTimeout(
    () =>
      stop(new UnavailableError('active-directory', `${late} within ${timeoutMs} ms. It will be retried.`)),
    timeoutMs
  )
  signal?.addEventListener('abort', onAbort)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
