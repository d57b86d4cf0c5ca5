import { expect, it } from 'vitest'
import { sendAgainAfterMs } from './send-again.ts'

const first = { count: 1, sinceMs: 0 }
const answer = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: undefined
})
const make = { method: 'POST', url: '/users' } as const
const change = { method: 'PATCH', url: '/users/1' } as const

it.each([
  ['what the quota refused was not carried out', make, answer(429, { 'retry-after': '0.25' }), 250],
  ['a change may be done twice', change, answer(503), 250],
  ['also without an answer', change, undefined, 250],
  ['as late as the server asks', change, answer(503, { 'retry-after': '3' }), 3_000],
  ['a reference is there once', { method: 'POST', url: '/groups/1/members/$ref' }, undefined, 250],
  ['an object is restored once', { method: 'POST', url: '/directory/deletedItems/1/restore' }, undefined, 250]
] as const)('%s', (_what, request, given, afterMs) => {
  expect(sendAgainAfterMs(request, given, first, 0)).toBe(afterMs)
})

it.each([
  ['what makes an object, without an answer', make, undefined],
  ['what makes an object, after an error of the server', make, answer(504)],
  ['what succeeded', change, answer(204)],
  ['what was refused', change, answer(400)],
  ['what is to wait longer than locks are held', change, answer(429, { 'retry-after': '30' })]
] as const)('not %s', (_what, request, given) => {
  expect(sendAgainAfterMs(request, given, first, 0)).toBeUndefined()
})

it('gives up after a few attempts, and when too much time has passed', () => {
  expect(sendAgainAfterMs(change, answer(503), { count: 5, sinceMs: 0 }, 0)).toBeUndefined()
  expect(sendAgainAfterMs(change, answer(503), first, 8_000)).toBeUndefined()
})
