import { expect, test } from 'vitest'
import { conditionsOf } from './condition-flags.ts'

test.each([
  [{}, {}],
  [{ throttling: true }, { throttling: {} }],
  [{ speed: '10' }, { throttling: { speed: 10 } }],
  [
    { lag: '500', seed: '3' },
    { replicationLagMs: 500, seed: 3 }
  ],
  [
    { lag: '0-5000', stale: '0.3:0-2000' },
    { replicationLagMs: { min: 0, max: 5000 }, staleReads: { share: 0.3, forMs: { min: 0, max: 2000 } } }
  ]
])('%j', (flags, conditions) => {
  expect(conditionsOf(flags)).toEqual(conditions)
})

test.each([
  [{ speed: 'fast' }, '--speed needs a number above 0, not fast'],
  [{ lag: 'long' }, '--lag needs milliseconds such as 500 or 0-5000, not long'],
  [{ stale: '30:5' }, '--stale needs a share and milliseconds such as 0.3:0-5000, not 30:5'],
  [{ stale: '0.3' }, '--stale needs milliseconds']
])('%j is refused', (flags, message) => {
  expect(() => conditionsOf(flags)).toThrow(message)
})
