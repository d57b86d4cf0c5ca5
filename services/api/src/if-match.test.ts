import { describe, expect, it } from 'vitest'
import { etagOf, expectedRevision } from './if-match.ts'

describe('If-Match', () => {
  it('gives back the revision of our own ETags', () => {
    expect(expectedRevision(etagOf(0))).toBe(0)
    expect(expectedRevision(` ${etagOf(12)} `)).toBe(12)
    expect(expectedRevision('*')).toBeUndefined()
  })

  const refused: [header: string | undefined, status: number][] = [
    [undefined, 428],
    ['', 428],
    ['12', 412],
    ['W/"12"', 412],
    ['"x"', 412],
    ['"1", "2"', 412],
    ['"99999999999999999999"', 412]
  ]
  it.each(refused)('%j is refused with %i', (header, status) => {
    expect(() => expectedRevision(header)).toThrow(expect.objectContaining({ status }))
  })
})
