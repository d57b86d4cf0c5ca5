import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sidFromBytes, sidToBytes } from './sid.ts'

describe('sid', () => {
  it('reads that of an account in a domain', () => {
    const bytes = Buffer.from('AQUAAAAAAAUVAAAAO0xlu7q0wT6qAO21KAwAAA==', 'base64')
    expect(sidFromBytes(bytes)).toBe('S-1-5-21-3143978043-1052882106-3052208298-3112')
  })

  it('reads one without sub-authorities and one with a large authority', () => {
    expect(sidFromBytes(Buffer.from('0100000000000001', 'hex'))).toBe('S-1-1')
    expect(sidFromBytes(sidToBytes('S-1-0x0100000000ff-7'))).toBe('S-1-0x0100000000ff-7')
  })

  it('goes to text and back', () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.array(u32, { maxLength: 15 }),
        (authority, list) => {
          const text = ['S-1', authority, ...list].join('-')
          expect(sidFromBytes(sidToBytes(text))).toBe(text)
        }
      )
    )
  })

  it('refuses what is none', () => {
    expect(() => sidFromBytes(Buffer.from('010500', 'hex'))).toThrow(TypeError)
    expect(() => sidToBytes('S-1')).toThrow(TypeError)
  })
})
