import { expect, it } from 'vitest'
import { retryAfterMsOf } from './status-error.ts'

const nowMs = Date.parse('2026-11-22T12:00:00Z')

it.each([
  ['seconds', '7', 7_000],
  ['parts of a second', '0.25', 250],
  ['a date', 'Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
  ['a date that is over', 'Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['a year', '31536000', 3_600_000],
  ['something else', 'soon', 30_000],
  ['nothing', undefined, 30_000]
])('%s', (_what, value, expected) => {
  expect(retryAfterMsOf({ 'retry-after': value }, nowMs)).toBe(expected)
})
