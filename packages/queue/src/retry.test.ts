import { PermanentError, SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import { RateLimitError, UnrecoverableError } from 'bullmq'
import { describe, expect, it } from 'vitest'
import { HandlerStoppedError, retryDelayMs, toQueueError } from './retry.ts'

const unknown = new Error('unforeseen')
const unavailable = new UnavailableError('entra', 'no answer')
const setup = new SetupError('graph-credentials', 'wrong secret')

describe('retryDelayMs', () => {
  const cases: [name: string, attempts: number, error: Error, fromMs: number, toMs: number][] = [
    ['the first unforeseen fault waits a moment', 1, unknown, 250, 500],
    ['the fourth waits longer', 4, unknown, 2_000, 4_000],
    ['the fifth gives up', 5, unknown, -1, -1],
    ['what does not answer is tried for ever', 1_000_000, unavailable, 2_500, 5_000],
    ['what a person must mend is tried for ever', 1_000_000, setup, 2_500, 5_000],
    ['a consumer that is being closed lets go at once', 9, new HandlerStoppedError('closed'), 0, 0]
  ]
  it.each(cases)('%s', (_name, attempts, error, fromMs, toMs) => {
    const delayMs = retryDelayMs(attempts, error)
    expect(delayMs).toBeGreaterThanOrEqual(fromMs)
    expect(delayMs).toBeLessThanOrEqual(toMs)
  })
})

describe('toQueueError', () => {
  const cases: [name: string, error: unknown, expected: new (...args: never[]) => Error, pauses: number[]][] =
    [
      ['throttling pauses the queue', new ThrottledError('slow down', 1_500.2), RateLimitError, [1_501]],
      ['a permanent error is given up', new PermanentError('no use'), UnrecoverableError, []],
      ['an outage is retried', unavailable, UnavailableError, []],
      ['anything else is retried', 'text', Error, []]
    ]
  it.each(cases)('%s', async (_name, error, expected, pauses) => {
    const paused: number[] = []
    const translated = await toQueueError(error, async durationMs => void paused.push(durationMs))
    expect(translated).toBeInstanceOf(expected)
    expect(paused).toEqual(pauses)
  })
})
