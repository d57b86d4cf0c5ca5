import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guidFromBytes, guidToBytes, isGuid } from './guid.ts'

describe('guid', () => {
  it('has its first three groups little-endian', () => {
    const bytes = Buffer.from('f88d1a52f775644794' + '2aa5df16902a32', 'hex')
    expect(guidFromBytes(bytes)).toBe('521a8df8-75f7-4764-942a-a5df16902a32')
  })

  it('goes to text and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), bytes => {
        const text = guidFromBytes(bytes)
        expect(isGuid(text)).toBe(true)
        expect(Uint8Array.from(guidToBytes(text))).toEqual(bytes)
      })
    )
  })

  it('takes capitals', () => {
    expect(guidFromBytes(guidToBytes('521A8DF8-75F7-4764-942A-A5DF16902A32'))).toBe(
      '521a8df8-75f7-4764-942a-a5df16902a32'
    )
  })

  it('refuses what is none', () => {
    expect(() => guidFromBytes(new Uint8Array(15))).toThrow(TypeError)
    expect(() => guidToBytes('521a8df8')).toThrow(TypeError)
  })
})
