import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageFrames } from '../ber/message-frames.ts'
import { BerReader } from '../ber/reader.ts'
import { constructed, integer, octetString, sequence } from '../ber/write.ts'
import { MalformedMessageError } from '../errors.ts'
import { type Control, encodeControl } from './controls.ts'
import { decodeEntry, decodeMessage, type LdapMessage } from './messages.ts'

/** A value as Active Directory writes it: with a length of four octets, however short it is. */
function wide(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const header = Buffer.alloc(6)
  header.writeUInt16BE(tag * 256 + 0x84)
  header.writeUInt32BE(content.length, 2)
  return Buffer.concat([header, content])
}

type Write = typeof constructed
const write: fc.Arbitrary<Write> = fc.constantFrom(constructed, wide)
const bytes = fc.uint8Array({ maxLength: 300 }).map(value => Buffer.from(value))
const text = fc.string({ unit: 'binary', maxLength: 40 })
const id = fc.integer({ min: 1, max: 0x7fffffff })
const attributes = fc.array(fc.record({ name: text, values: fc.array(bytes, { maxLength: 4 }) }), {
  maxLength: 6
})
const entry = fc.record({ id, dn: text, attributes, write })
const control: fc.Arbitrary<Control> = fc.record(
  { oid: text, critical: fc.boolean(), value: bytes },
  { requiredKeys: ['oid', 'critical'] }
)
const result = fc.record({
  id,
  code: fc.integer({ min: 0, max: 0x7fffffff }),
  tag: fc.constantFrom(0x61, 0x65, 0x67, 0x69, 0x6b, 0x6d, 0x78),
  controls: fc.array(control, { maxLength: 3 }),
  write
})

function encodeEntry({ id: messageId, dn, attributes: list, write: put }: Valued<typeof entry>): Buffer {
  const encoded = list.map(({ name, values }) =>
    put(0x30, octetString(name), put(0x31, ...values.map(value => octetString(value))))
  )
  return put(0x30, integer(messageId), put(0x64, octetString(dn), put(0x30, ...encoded)))
}

function encodeResult({ id: messageId, code, tag, controls, write: put }: Valued<typeof result>): Buffer {
  const operation = put(tag, integer(code, 0x0a), octetString(''), octetString('in words'))
  const list = controls.length === 0 ? [] : [put(0xa0, ...controls.map(encodeControl))]
  return put(0x30, integer(messageId), operation, ...list)
}

type Valued<T> = T extends fc.Arbitrary<infer Value> ? Value : never

function decodeWhole(bytes: Buffer): void {
  const message = decodeMessage(bytes)
  if (message.kind === 'entry') decodeEntry(message.bytes)
}

/** What a text may become on its way: a lone surrogate is none that UTF-8 has. */
const overTheWire = (value: string) => Buffer.from(value).toString()

/** The message, or `undefined` for one that is malformed. Any other exception fails the test. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError)
    return undefined
  }
}

describe('an answer', () => {
  it('that is an entry is read as it was written, values as the same bytes', () => {
    fc.assert(
      fc.property(entry, value => {
        const message = decodeMessage(encodeEntry(value))
        if (message.kind !== 'entry') throw new Error(`read as ${message.kind}`)
        expect(message.id).toBe(value.id)
        const decoded = decodeEntry(message.bytes)
        expect(decoded.dn).toBe(overTheWire(value.dn))
        expect(decoded.attributes.map(({ name }) => name)).toEqual(
          value.attributes.map(({ name }) => overTheWire(name))
        )
        const read = decoded.attributes.flatMap(({ values }) => values)
        const written = value.attributes.flatMap(({ values }) => values)
        expect(read.map(octets => octets.toString('hex'))).toEqual(
          written.map(octets => octets.toString('hex'))
        )
      })
    )
  })

  it('that is a result is read as it was written', () => {
    fc.assert(
      fc.property(result, value => {
        expect(decodeMessage(encodeResult(value))).toEqual({
          kind: 'result',
          id: value.id,
          result: {
            code: value.code,
            diagnostic: 'in words',
            controls: value.controls.map(({ oid, ...rest }) => ({ oid: overTheWire(oid), ...rest }))
          }
        })
      })
    )
  })

  it('with flipped bytes is read, or is malformed', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4
    })
    fc.assert(
      fc.property(fc.oneof(entry.map(encodeEntry), result.map(encodeResult)), flips, (message, list) => {
        const broken = Buffer.from(message)
        for (const [at, bits] of list) {
          const index = at % broken.length
          broken[index] = (broken[index] ?? 0) ^ bits
        }
        attempt(() => decodeWhole(broken))
      }),
      { numRuns: 2_000 }
    )
  })

  it('of any bytes is read, or is malformed', () => {
    const tag = fc.constantFrom(0x64, 0x65, 0x73, 0x79, 0x61, 0x00, 0xff)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), tag, (value, operation) => {
        attempt(() => decodeWhole(Buffer.from(value)))
        attempt(() => decodeEntry(Buffer.from(value)))
        attempt(() => decodeWhole(sequence(integer(1), constructed(operation, value))))
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('BerReader', () => {
  const methods = ['skip', 'octets', 'text', 'integer', 'boolean'] as const

  it('reads a value out of any bytes, or finds them malformed, and never reaches over their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(...methods), (value, method) => {
        const reader = new BerReader(Buffer.from(value))
        attempt(() => reader[method]())
        expect(reader.offset).toBeLessThanOrEqual(value.length)
      }),
      { numRuns: 2_000 }
    )
  })
})

describe('MessageFrames', () => {
  /** The messages, and whether the stream was malformed after them. */
  function read(chunks: readonly Buffer[]): { messages: string[]; malformed: boolean } {
    const frames = new MessageFrames()
    const messages: string[] = []
    const all = attempt(() => {
      for (const chunk of chunks) frames.push(chunk, message => messages.push(message.toString('hex')))
      return true
    })
    return { messages, malformed: all === undefined }
  }

  it('finds the same in any bytes, wherever they are cut', () => {
    const messages = fc.array(fc.oneof(entry.map(encodeEntry), result.map(encodeResult)), { maxLength: 4 })
    const rest = fc.uint8Array({ maxLength: 12 })
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 20 })
    fc.assert(
      fc.property(messages, rest, cuts, (list, tail, sizes) => {
        const stream = Buffer.concat([...list, tail])
        const chunks: Buffer[] = []
        let offset = 0
        for (const size of [...sizes, stream.length]) {
          chunks.push(stream.subarray(offset, offset + size))
          offset = Math.min(stream.length, offset + size)
        }
        const whole = read([stream])
        expect(read(chunks)).toEqual(whole)
        expect(whole.messages.slice(0, list.length)).toEqual(list.map(message => message.toString('hex')))
      }),
      { numRuns: 500 }
    )
  })
})

it('a text of many NULs is read at once', () => {
  const diagnostic = `${'\0'.repeat(2_000_000)}x`
  const operation = constructed(0x65, integer(1, 0x0a), octetString(''), octetString(diagnostic))
  const message: LdapMessage = decodeMessage(sequence(integer(1), operation))
  expect(message).toMatchObject({ result: { diagnostic } })
})
