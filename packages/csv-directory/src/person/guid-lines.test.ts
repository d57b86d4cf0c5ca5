import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GuidLines } from './guid-lines.ts'

/** Few enough that some are drawn twice. */
const guids = fc.array(
  fc.oneof(fc.uuid(), fc.constantFrom(...Array.from({ length: 20 }, (_, at) => guidNumber(at))))
)

describe('GuidLines', () => {
  it('tells the line that a GUID was first added with, as a map would', () => {
    fc.assert(
      fc.property(guids, added => {
        const lines = new GuidLines()
        const map = new Map<string, number>()
        for (const [index, guid] of added.entries()) {
          expect(lines.add(guid, index + 1)).toBe(map.get(guid))
          if (!map.has(guid)) map.set(guid, index + 1)
        }
        expect(lines.size).toBe(map.size)
      })
    )
  })

  it('tells what another lacks, by line, with how often it was added again', () => {
    fc.assert(
      fc.property(guids, guids, (wanted, present) => {
        const [one, other] = [new GuidLines(), new GuidLines()]
        for (const [index, guid] of wanted.entries()) one.add(guid, index + 1)
        for (const guid of present) other.add(guid, 1)
        const missing = [...new Set(wanted)].filter(guid => !present.includes(guid))
        expect(one.missingFrom(other)).toEqual(
          missing.map(guid => ({
            line: wanted.indexOf(guid) + 1,
            repeats: wanted.filter(again => again === guid).length - 1
          }))
        )
      })
    )
  })

  it('keeps all of many', () => {
    const lines = new GuidLines()
    for (let at = 0; at < 50_000; at++) expect(lines.add(guidNumber(at), at + 1)).toBeUndefined()
    for (let at = 0; at < 50_000; at += 997) expect(lines.add(guidNumber(at), 1)).toBe(at + 1)
  })
})

function guidNumber(number: number): string {
  return `00000000-0000-0000-0000-${number.toString(16).padStart(12, '0')}`
}
