import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSrvAnswer, encodeSrvQuery } from './srv-message.ts'

const name = '_ldap._tcp.dc._msdcs.corp.example.test'
const query = encodeSrvQuery(0x1234, name)

interface AnswerParts {
  /** Bytes of each target name. */
  readonly targets?: readonly Buffer[]
  readonly flags?: number
}

/** To the query above: each record with priority 1, weight 100 and port 389. */
function answer({ targets = [], flags = 0x8580 }: AnswerParts): Buffer {
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(flags, 2)
  header.writeUInt16BE(targets.length, 6)
  const records = targets.map(target => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(6 + target.length)
    return Buffer.concat([
      Buffer.from('c00c0021000100000384', 'hex'),
      length,
      Buffer.from('000100640185', 'hex'),
      target
    ])
  })
  return Buffer.concat([header, query.subarray(12), ...records])
}

const plain = (text: string) =>
  Buffer.concat([
    ...text.split('.').map(label => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0])
  ])
/** `corp.example.test` begins at byte 33 of the message. */
const compressed = (label: string) =>
  Buffer.concat([Buffer.from([label.length]), Buffer.from(label), Buffer.from('c021', 'hex')])

const targetsIn = (parts: AnswerParts) =>
  decodeSrvAnswer(answer(parts), 0x1234)?.records.map(({ target }) => target)

describe('an answer with SRV records', () => {
  it.each([
    ['a plain target', [plain('dc1.corp.example.test')], ['dc1.corp.example.test']],
    [
      'a compressed target, as Samba sends it',
      [compressed('dc1'), compressed('dc2')],
      ['dc1.corp.example.test', 'dc2.corp.example.test']
    ],
    ['no service', [Buffer.from([0])], []],
    ['a target that is no host name', [plain('dc1/x@evil'), plain('dc2.corp')], ['dc2.corp']]
  ])('%s', (_name, targets, expected) => {
    expect(targetsIn({ targets })).toEqual(expected)
  })

  it('has priority, weight and port', () => {
    expect(decodeSrvAnswer(answer({ targets: [plain('dc1')] }), 0x1234)).toEqual({
      responseCode: 0,
      truncated: false,
      records: [{ priority: 1, weight: 100, port: 389, target: 'dc1' }]
    })
  })

  it.each([
    ['says that there is no such name', { flags: 0x8583 }, { responseCode: 3, records: [] }],
    ['says that it is cut off', { flags: 0x8780, targets: [plain('dc1')] }, { truncated: true, records: [] }]
  ])('%s', (_name, parts, expected) => {
    expect(decodeSrvAnswer(answer(parts), 0x1234)).toMatchObject(expected)
  })

  it('to another question is none', () => {
    expect(decodeSrvAnswer(answer({}), 0x4321)).toBeUndefined()
    expect(decodeSrvAnswer(query, 0x1234)).toBeUndefined()
  })
})

describe('a malformed answer', () => {
  it.each([
    ['a name that points to itself', Buffer.from('c04a', 'hex')],
    ['a name that leads round in a circle', Buffer.from('0161c04a', 'hex')],
    ['a name that points beyond the end', Buffer.from('ffff', 'hex')]
  ])('%s', (_name, target) => {
    expect(() => decodeSrvAnswer(answer({ targets: [target] }), 0x1234)).toThrow(RangeError)
  })

  it('never does more than throw, whatever is cut off or changed', () => {
    const whole = answer({ targets: [compressed('dc1'), plain('dc2.corp.example.test')] })
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(fc.nat(whole.length), changes, (length, bytes) => {
        const message = Buffer.from(whole)
        for (const [at, byte] of bytes) message[at] = byte
        try {
          for (const { target } of decodeSrvAnswer(message.subarray(0, length), 0x1234)?.records ?? []) {
            expect(target).toMatch(/^[\w.-]+$/)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 500 }
    )
  })
})

it('has no question for what is no name', () => {
  for (const wrong of ['', 'corp..test', `${'x'.repeat(64)}.test`]) {
    expect(() => encodeSrvQuery(1, wrong)).toThrow(RangeError)
  }
})
