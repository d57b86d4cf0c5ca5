import { describe, expect, it } from 'vitest'
import { Standings } from './standings.ts'

const s = 1_000
const all = ['a', 'b', 'c'].map(url => ({ url }))
const order = (standings: Standings, now: number) =>
  standings
    .order(all, now)
    .map(({ url }) => url)
    .join('')

describe('the order in which controllers are tried', () => {
  const cases: [string, (standings: Standings) => void, string][] = [
    ['is that of the source', () => undefined, 'abc'],
    ['has the last good one first', standings => standings.good('b'), 'bac'],
    ['forgets that one was good when it is put aside', leftAfterGood, 'acb'],
    ['has those put aside last', standings => standings.putAside('a', 'dead', 0), 'bca'],
    ['prefers one that works again', comeBack, 'abc'],
    ['starts with the least recently tried when all are put aside', allAside, 'cab']
  ]
  it.each(cases)('%s', (_name, given, expected) => {
    const standings = new Standings()
    given(standings)
    expect(order(standings, 10 * s)).toBe(expected)
  })

  function leftAfterGood(standings: Standings) {
    standings.good('b')
    standings.putAside('b', 'slow', 0)
  }
  function comeBack(standings: Standings) {
    standings.putAside('a', 'dead', 0)
    standings.good('a')
  }
  function allAside(standings: Standings) {
    for (const [at, url] of ['c', 'a', 'b'].entries()) {
      standings.tried(url, at)
      standings.putAside(url, 'dead', at)
    }
  }
})

describe('a controller with faults', () => {
  it('is put aside for 30 s, then for twice as long each time, and for 5 minutes at most', () => {
    const standings = new Standings()
    const seconds: number[] = []
    let now = 0
    for (let fault = 0; fault < 6; fault++) {
      standings.putAside('a', 'dead', now)
      const untilMs = standings.aside(now)[0]?.untilMs ?? now
      seconds.push((untilMs - now) / s)
      expect(order(standings, untilMs - 1)).toBe('bca')
      expect(order(standings, untilMs)).toBe('abc')
      now = untilMs
    }
    expect(seconds).toEqual([30, 60, 120, 240, 300, 300])
  })

  it('is not trusted at once when it works for a moment in between', () => {
    const standings = new Standings()
    standings.putAside('a', 'slow', 0)
    standings.good('a')
    standings.putAside('a', 'slow', 40 * s)
    expect(standings.aside(40 * s)).toEqual([{ url: 'a', reason: 'slow', untilMs: 100 * s }])
  })

  it('has them forgotten after a quarter of an hour', () => {
    const standings = new Standings()
    standings.putAside('a', 'slow', 0)
    const later = 15 * 60 * s + 1
    standings.putAside('a', 'slow', later)
    expect(standings.aside(later)[0]?.untilMs).toBe(later + 30 * s)
  })
})
