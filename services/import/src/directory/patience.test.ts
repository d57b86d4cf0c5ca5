import { expect, it } from 'vitest'
import { Patience } from './patience.ts'

it('waits longer after each failure, up to a limit, and as at first after an answer', () => {
  const patience = new Patience()
  const waits = Array.from({ length: 6 }, () => {
    const { silenceMs } = patience
    patience.failed()
    return silenceMs
  })
  expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000])
  patience.answered()
  expect(patience.silenceMs).toBe(10_000)
})
