import { setTimeout as wait } from 'node:timers/promises'
import { ThrottledError, UnavailableError, type WriteBudget } from '@opendirsync/contracts'
import { noAnswer, retryAfterMsOf } from '../errors.ts'
import { costOf } from './cost.ts'
import type { GraphClient } from './graph-client.ts'
import type { Answer } from './graph-request.ts'
import { quotaNews, throttledBy } from './quota-news.ts'
import type { RequestCounters } from './sender.ts'

export interface PatientOptions {
  readonly client: GraphClient
  readonly counters: RequestCounters
  readonly budget: WriteBudget
  readonly signal: AbortSignal | undefined
}

/** How often one page is asked for when Graph fails. Being asked to wait is no failure. */
const attempts = 4

/**
 * A GET of its own, for lists that are read page by page. Waits as long as Graph asks for, as often as it does; after
 * errors of the server, and after an answer that is cut short, a little longer each time.
 *
 * @param isWhole whether an answer with status 200 has all that it should have
 * @throws UnavailableError after four failures, SetupError; AbortError when the signal says so
 */
export async function patientGet(
  path: string,
  { client, counters, budget, signal }: PatientOptions,
  isWhole: (body: unknown) => boolean = () => true
): Promise<Answer> {
  const cost = costOf({ method: 'GET', url: path })
  for (let failures = 0; ; ) {
    signal?.throwIfAborted()
    const answer = await attempt()
    if (answer instanceof UnavailableError) {
      failures += 1
      if (failures === attempts) throw answer
      await pause(500 * 2 ** failures)
    } else if (answer instanceof ThrottledError) await pause(answer.retryAfterMs)
    else return answer
  }

  async function attempt(): Promise<Answer | UnavailableError | ThrottledError> {
    try {
      await budget.take('bulk', [cost])
      counters.requests += 1
      const answer = await client.get(path)
      budget.note(quotaNews(answer, cost.resourceUnits))
      return verdict(answer)
    } catch (error) {
      if (error instanceof UnavailableError || error instanceof ThrottledError) return error
      throw error
    }
  }

  function verdict(answer: Answer): Answer | UnavailableError | ThrottledError {
    if (answer.status === 429) {
      budget.note({ throttled: throttledBy(answer) })
      return new ThrottledError('Graph has asked us to slow down.', retryAfterMsOf(answer))
    }
    const error = noAnswer(answer)
    if (error instanceof UnavailableError) return error
    if (answer.status !== 200 || isWhole(answer.body)) return answer
    return new UnavailableError('entra', 'Graph sent only a part of a page. It will be asked for again.')
  }

  function pause(durationMs: number): Promise<unknown> {
    return wait(durationMs, undefined, signal === undefined ? {} : { signal })
  }
}
