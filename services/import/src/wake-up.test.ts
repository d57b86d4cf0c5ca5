import { expect, it } from 'vitest'
import { WakeUp } from './wake-up.ts'

const never = new AbortController().signal
const long = 60_000

it('wakes at the start, so that an importer reads before it waits', async () => {
  expect(await new WakeUp().next(long, never)).toBe('start')
})

it('keeps a wake-up that comes while nobody waits', async () => {
  const wakeUp = new WakeUp()
  await wakeUp.next(long, never)
  wakeUp.wake('notification')
  wakeUp.wake('api')
  expect(await wakeUp.next(long, never)).toBe('notification')
})

it('wakes who waits', async () => {
  const wakeUp = new WakeUp()
  await wakeUp.next(long, never)
  const next = wakeUp.next(long, never)
  wakeUp.wake('api')
  expect(await next).toBe('api')
})

it('polls when nothing comes', async () => {
  const wakeUp = new WakeUp()
  await wakeUp.next(long, never)
  expect(await wakeUp.next(1, never)).toBe('poll')
})

it('ends with the signal', async () => {
  const wakeUp = new WakeUp()
  await wakeUp.next(long, never)
  const stopping = new AbortController()
  const next = wakeUp.next(long, stopping.signal)
  stopping.abort(new Error('stopping'))
  await expect(next).rejects.toThrow('stopping')
})
