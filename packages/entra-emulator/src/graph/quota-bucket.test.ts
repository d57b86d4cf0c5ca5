import { array, assert, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QuotaBucket } from './quota-bucket.ts'

const rules = { punishesEarlyRetries: true, longestWaitMs: 30_000, penaltyMs: 1000 }
/** Ten a second. */
const size = { capacity: 100, windowMs: 10_000 }

function emptyBucket(change: Partial<typeof rules> = {}): QuotaBucket {
  return new QuotaBucket(size, { ...rules, ...change }, { filled: 0, nowMs: 0 })
}

describe('a bucket', () => {
  test('gives as much as comes back, once what it names has been waited', () => {
    const bucket = emptyBucket()
    expect(bucket.spend(1, 0)).toBe(200)
    expect(bucket.spend(1, 200)).toBe(0)
    expect(bucket.spend(1, 300)).toBe(0)
    expect(bucket.spend(1, 350)).toBeGreaterThan(0)
  })

  test('never owes more than a tenth of itself', () => {
    const bucket = emptyBucket()
    for (let count = 0; count < 500; count += 1) bucket.spend(1, 0)
    expect(bucket.spend(1, 0)).toBe(1100)
  })

  test('lets wait longer who calls again too early, up to a limit', () => {
    const bucket = emptyBucket()
    expect(bucket.spend(1, 0)).toBe(200)
    // Was on its way already: charged, and no more.
    expect(bucket.spend(1, 50)).toBe(250)
    const waits = Array.from({ length: 40 }, (_, index) => bucket.spend(1, 250 + index))
    expect(waits[0]).toBeCloseTo(1050)
    expect(waits[1]).toBeGreaterThan(2000)
    expect(waits.at(-1)).toBe(30_000)
    expect(bucket.report(300)).toMatchObject({ early: 40, refused: 42, granted: 0 })
    // By then there is enough, and still it is too early.
    expect(bucket.spend(1, 30_000)).toBeGreaterThan(0)
    expect(bucket.spend(1, 60_001)).toBe(0)
  })

  test('minds no early call without that rule', () => {
    const bucket = emptyBucket({ punishesEarlyRetries: false })
    expect(bucket.spend(9, 0)).toBe(1800)
    expect(bucket.spend(1, 1100)).toBe(0)
  })

  test('tells how much of it is used, and above 1 how many requests it refused of late', () => {
    const bucket = new QuotaBucket(size, rules, { filled: 1, nowMs: 0 })
    for (let count = 0; count < 90; count += 1) bucket.spend(1, 0)
    expect(bucket.usage()).toBeCloseTo(0.9)
    for (let count = 0; count < 20; count += 1) bucket.spend(1, 0)
    expect(bucket.usage()).toBeCloseTo(1.09, 2)
    for (let count = 0; count < 1000; count += 1) bucket.spend(1, 0)
    expect(bucket.usage()).toBe(1.8)
    bucket.report(60_000)
    expect(bucket.usage()).toBe(0)
  })

  test('in no time gives more than its capacity and what has come back', () => {
    const call = record({ amount: integer({ min: 1, max: 7 }), passedMs: integer({ min: 0, max: 500 }) })
    assert(
      property(array(call, { maxLength: 200 }), calls => {
        const bucket = emptyBucket()
        let nowMs = 0
        let granted = 0
        for (const { amount, passedMs } of calls) {
          nowMs += passedMs
          if (bucket.spend(amount, nowMs) === 0) granted += amount
        }
        expect(granted).toBeLessThanOrEqual(nowMs / 100 + 1e-3)
      })
    )
  })
})
