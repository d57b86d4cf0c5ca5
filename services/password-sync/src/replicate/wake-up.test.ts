import { expect, it } from 'vitest'
import { WakeUp } from './wake-up.ts'

const { signal } = new AbortController()

it('waits no longer than it is told', async () => {
  expect(await new WakeUp().next(1, signal)).toBe('tick')
})

it('a notification ends the wait, and one that came before counts', async () => {
  const wakeUp = new WakeUp()
  const waiting = wakeUp.next(60_000, signal)
  wakeUp.notify()
  expect(await waiting).toBe('notification')
  wakeUp.notify()
  expect(await wakeUp.next(60_000, signal)).toBe('notification')
  expect(await wakeUp.next(1, signal)).toBe('tick')
})

it('a burst is one', async () => {
  const wakeUp = new WakeUp()
  for (let count = 0; count < 10; count++) wakeUp.notify()
  expect(await wakeUp.next(60_000, signal)).toBe('notification')
  expect(await wakeUp.next(1, signal)).toBe('tick')
})

it('notifications that lead to nothing are looked after at a longer distance', async () => {
  const wakeUp = new WakeUp()
  for (let count = 0; count < 5; count++) wakeUp.learn(false)
  const from = performance.now()
  wakeUp.notify()
  await wakeUp.next(60_000, signal)
  expect(performance.now() - from).toBeGreaterThan(250)
})

it('ends with the signal', async () => {
  const ending = new AbortController()
  const waiting = new WakeUp().next(60_000, ending.signal)
  ending.abort(new Error('the end'))
  await expect(waiting).rejects.toThrow('the end')
})
