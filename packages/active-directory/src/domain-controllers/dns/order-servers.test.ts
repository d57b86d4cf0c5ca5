import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orderServers } from './order-servers.ts'

const server = (target: string, priority: number, weight: number) => ({ target, priority, weight, port: 389 })
const targets = (records: readonly { target: string }[]) => records.map(({ target }) => target).join('')

describe('the order of servers (RFC 2782)', () => {
  it.each([
    ['by priority first', [server('b', 10, 900), server('a', 0, 1)], 0.99, 'ab'],
    ['by lot among equals: a low draw', [server('a', 0, 50), server('b', 0, 50)], 0, 'ab'],
    ['by lot among equals: a high draw', [server('a', 0, 50), server('b', 0, 50)], 0.99, 'ba'],
    ['a server without a weight is found by a zero', [server('a', 0, 9), server('b', 0, 0)], 0, 'ba'],
    ['and by nothing else', [server('a', 0, 9), server('b', 0, 0)], 0.5, 'ab']
  ])('%s', (_name, records, lot, expected) => {
    expect(targets(orderServers(records, () => lot))).toBe(expected)
  })

  it('gives the first place in the proportion of the weights', () => {
    const records = [server('a', 0, 75), server('b', 0, 25)]
    const draws = Array.from({ length: 1_000 }, (_, index) => index / 1_000)
    const first = draws.filter(lot => targets(orderServers(records, () => lot)).startsWith('a')).length
    expect(first).toBeGreaterThan(700)
    expect(first).toBeLessThan(800)
  })

  it('neither loses nor repeats a server', () => {
    const some = fc.array(
      fc.record({ priority: fc.nat(3), weight: fc.nat(65_535), port: fc.nat(9), target: fc.string() })
    )
    const lot = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(some, lot, (records, drawn) => {
        const ordered = orderServers(records, () => drawn)
        expect(new Set(ordered)).toEqual(new Set(records))
        expect(ordered).toHaveLength(records.length)
        const priorities = ordered.map(({ priority }) => priority)
        expect(priorities).toEqual([...priorities].sort((a, b) => a - b))
      })
    )
  })
})
