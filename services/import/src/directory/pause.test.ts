import { expect, it } from 'vitest'
import { Pause } from './pause.ts'

it('lasts ten minutes from the last time that it began', () => {
  let now = 0
  const pause = new Pause(() => now)
  expect(pause.isOn).toBe(false)
  pause.begin()
  now = 5 * 60_000
  pause.begin()
  now = 15 * 60_000 - 1
  expect(pause.isOn).toBe(true)
  now = 15 * 60_000
  expect(pause.isOn).toBe(false)
})
