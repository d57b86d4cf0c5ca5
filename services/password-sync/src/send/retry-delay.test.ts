import { expect, it } from 'vitest'
import { retryDelayMs } from './retry-delay.ts'

it.each<[string, Parameters<typeof retryDelayMs>[0]['cause'], number, number[]]>([
  ['who is not known is tried soon', 'missing', 30_000, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]],
  ['a pause is kept', 'throttled', 7_000, [7_000, 7_000, 7_000, 7_000, 7_000, 7_000]],
  ['an outage is waited out', undefined, 5_000, [5_000, 10_000, 20_000, 40_000, 80_000, 160_000]],
  ['never sooner than told', undefined, 3_600_000, Array.from({ length: 6 }, () => 3_600_000)]
])('%s', (_what, cause, retryAfterMs, expected) => {
  const later = {
    result: 'later',
    reason: 'no',
    retryAfterMs,
    ...(cause !== undefined && { cause })
  } as const
  expect(expected.map((_each, position) => retryDelayMs(later, position + 1))).toEqual(expected)
})
