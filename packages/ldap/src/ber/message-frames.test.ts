import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedMessageError } from '../errors.ts'
import { MessageFrames } from './message-frames.ts'
import { integer, octetString, sequence } from './write.ts'

const messages = [
  sequence(integer(1), octetString('short')),
  sequence(integer(2), octetString('x'.repeat(200))),
  sequence(),
  sequence(integer(3), octetString('y'.repeat(70_000)))
]
const small = messages.slice(0, 3)

function cut(chunks: readonly Buffer[]): Buffer[] {
  const frames = new MessageFrames()
  const found: Buffer[] = []
  for (const chunk of chunks) frames.push(chunk, message => found.push(message))
  expect(frames.empty).toBe(true)
  return found
}

describe('MessageFrames', () => {
  it('finds all messages wherever one chunk ends and the next begins', () => {
    const bytes = Buffer.concat(small)
    for (let at = 0; at <= bytes.length; at++) {
      expect(cut([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(small)
    }
  })

  it('finds all messages in single bytes', () => {
    const bytes = Buffer.concat(messages)
    expect(cut(Array.from(bytes, byte => Buffer.from([byte])))).toEqual(messages)
  })

  it('finds all messages in any cut', () => {
    const bytes = Buffer.concat(messages)
    const sizes = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 50 })
    fc.assert(
      fc.property(sizes, list => {
        const chunks: Buffer[] = []
        let offset = 0
        for (const size of list) {
          chunks.push(bytes.subarray(offset, offset + size))
          offset = Math.min(bytes.length, offset + size)
        }
        expect(cut([...chunks, bytes.subarray(offset)])).toEqual(messages)
      })
    )
  })

  const malformed: [string, number[]][] = [
    ['another tag than SEQUENCE', [0x16, 0x03, 0x01, 0x02]],
    ['the indefinite form', [0x30, 0x80, 0x00, 0x00]],
    ['a length in five octets', [0x30, 0x85, 0, 0, 0, 0, 1]],
    ['a length of four gigabytes', [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]
  ]
  it.each(malformed)('refuses %s', (_name, bytes) => {
    expect(() => cut([Buffer.from(bytes)])).toThrow(MalformedMessageError)
  })
})
