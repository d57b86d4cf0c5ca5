import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type WakeReason, WakeUp } from './wake-up.ts'

const never = new AbortController().signal
const long = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

async function begun(): Promise<WakeUp> {
  const wakeUp = new WakeUp()
  await wakeUp.next(long, never)
  return wakeUp
}

/** The milliseconds that pass until the promise resolves, to the next one at most `most` from now. */
async function millisecondsOf(promise: Promise<WakeReason>, most = 2_000): Promise<number> {
  let done = false
  promise.then(
    () => (done = true),
    () => (done = true)
  )
  for (let ms = 0; ms <= most; ms += 1) {
    await vi.advanceTimersByTimeAsync(ms === 0 ? 0 : 1)
    if (done) return ms
  }
  throw new Error(`nothing within ${most} ms`)
}

it('wakes at the start, so that an importer reads before it waits', async () => {
  expect(await new WakeUp().next(long, never)).toBe('start')
})

it('keeps a wake-up that comes while nobody waits', async () => {
  const wakeUp = await begun()
  wakeUp.wake('notification')
  const next = wakeUp.next(long, never)
  expect(await millisecondsOf(next)).toBe(15)
  expect(await next).toBe('notification')
})

it('takes many as one, by the most urgent', async () => {
  const wakeUp = await begun()
  for (const reason of ['notification', 'api', 'notification'] as const) wakeUp.wake(reason)
  expect(await wakeUp.next(long, never)).toBe('api')
  const next = wakeUp.next(7, never)
  expect(await millisecondsOf(next)).toBe(7)
  expect(await next).toBe('poll')
})

it.each<[WakeReason, number]>([
  ['api', 0],
  ['start', 0],
  ['notification', 15]
])('wakes who waits: %s after %i ms', async (reason, ms) => {
  const wakeUp = await begun()
  const next = wakeUp.next(long, never)
  await vi.advanceTimersByTimeAsync(500)
  wakeUp.wake(reason)
  expect(await millisecondsOf(next)).toBe(ms)
  expect(await next).toBe(reason)
})

it('ends with the signal, whatever it waits for', async () => {
  for (const reason of [undefined, 'notification'] as const) {
    const wakeUp = await begun()
    const stopping = new AbortController()
    const next = wakeUp.next(long, stopping.signal)
    next.catch(() => {})
    if (reason !== undefined) wakeUp.wake(reason)
    await vi.advanceTimersByTimeAsync(5)
    stopping.abort(new Error('stopping'))
    await expect(next).rejects.toThrow('stopping')
  }
})

describe('notifications that lead to nothing', () => {
  /** An importer at `count` notifications, each coming at once and none with news. @returns the distances */
  async function noise(wakeUp: WakeUp, count: number): Promise<number[]> {
    const distances: number[] = []
    for (let number = 0; number < count; number += 1) {
      const next = wakeUp.next(long, never, 'nothing')
      wakeUp.wake('notification')
      distances.push(await millisecondsOf(next))
    }
    return distances
  }

  it('are taken at an ever longer distance, up to a second', async () => {
    expect(await noise(await begun(), 9)).toEqual([15, 30, 60, 120, 240, 480, 960, 1_000, 1_000])
  })

  it('do not hold back one that comes after a quiet while', async () => {
    const wakeUp = await begun()
    await noise(wakeUp, 9)
    const next = wakeUp.next(long, never, 'nothing')
    await vi.advanceTimersByTimeAsync(990)
    wakeUp.wake('notification')
    expect(await millisecondsOf(next)).toBe(15)
  })

  it('are forgotten as soon as one finds something', async () => {
    const wakeUp = await begun()
    await noise(wakeUp, 9)
    const next = wakeUp.next(long, never, 'something')
    wakeUp.wake('notification')
    expect(await millisecondsOf(next)).toBe(15)
  })

  it('hold back no other wake-up', async () => {
    const wakeUp = await begun()
    await noise(wakeUp, 9)
    const next = wakeUp.next(long, never, 'nothing')
    wakeUp.wake('notification')
    await vi.advanceTimersByTimeAsync(100)
    wakeUp.wake('notification')
    wakeUp.wake('api')
    expect(await millisecondsOf(next)).toBe(0)
    expect(await next).toBe('api')
  })

  it('are not counted where the wake-up was another', async () => {
    const wakeUp = await begun()
    for (let number = 0; number < 9; number += 1) await millisecondsOf(wakeUp.next(5, never, 'nothing'))
    expect(await noise(wakeUp, 1)).toEqual([15])
  })

  it('are never dropped: one that comes during the wait or the import leads to another import', async () => {
    const wakeUp = await begun()
    await noise(wakeUp, 9)
    wakeUp.wake('notification')
    const next = wakeUp.next(long, never, 'nothing')
    expect(await millisecondsOf(next)).toBe(1_000)
    expect(await next).toBe('notification')
  })
})
