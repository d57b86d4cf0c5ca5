import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DerValue,
  derTag,
  element,
  fields,
  flags,
  integer,
  octets,
  readDer,
  sequence,
  text,
  time
} from './der.ts'

describe('what is written', () => {
  const cases: [string, Buffer, string][] = [
    ['0', integer(0), '020100'],
    ['127', integer(127), '02017f'],
    ['128', integer(128), '02020080'],
    ['-1', integer(-1), '0201ff'],
    ['-129', integer(-129), '0202ff7f'],
    ['the highest counter', integer(0xffff_ffff), '020500ffffffff'],
    ['flags', flags(0x2000_0000), '03050020000000'],
    ['a time', time(new Date('2026-11-23T04:05:06.789Z')), '180f32303236313132333034303530365a'],
    ['a name', text('é'), '1b02c3a9'],
    [
      'fields',
      fields([0, integer(5)], [1, undefined], [2, octets(Buffer.of(7))]),
      '300aa003020105a203040107'
    ],
    ['a short value', element(derTag.octetString, Buffer.alloc(1)), '040100'],
    ['nothing', sequence(), '3000']
  ]
  it.each(cases)('as %s is what DER says', (_, written, expected) => {
    expect(written.toString('hex')).toBe(expected)
  })
})

describe('what was written is read', () => {
  it('as an integer', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), value => {
        expect(readDer(integer(value)).integer()).toBe(value)
      })
    )
  })

  it.each([0, 127, 128, 255, 256, 65_535, 65_536])('as %i octets', length => {
    expect(readDer(octets(Buffer.alloc(length, 1))).octets()).toEqual(Buffer.alloc(length, 1))
  })

  it('as a time', () => {
    const at = new Date('2026-11-23T04:05:06.000Z')
    expect(readDer(time(at)).time()).toEqual(at)
  })

  it('as fields, those in between missing', () => {
    const value = readDer(fields([0, text('a')], [3, sequence(integer(1), integer(2))])).fields()
    expect(value.get(0).text()).toBe('a')
    expect(value.find(1)).toBeUndefined()
    expect(
      value
        .get(3)
        .elements()
        .map(one => one.integer())
    ).toEqual([1, 2])
    expect(() => value.get(1)).toThrow(RangeError)
  })
})

it('reads a length that is longer than it need be, as domain controllers write it', () => {
  expect(readDer(Buffer.from('04840000000101', 'hex')).octets()).toEqual(Buffer.of(1))
})

it.each(['', '04', '0402', '040201', '0480', '04850000000001', '0481', '0484ffffffff'])('refuses %s', hex => {
  expect(() => readDer(Buffer.from(hex, 'hex'))).toThrow(RangeError)
})

it('throws nothing but RangeError, whatever the bytes', () => {
  const read: ((value: DerValue) => unknown)[] = [
    value => value.integer(),
    value => value.octets(),
    value => value.text(),
    value => value.time(),
    value => value.elements(),
    value => value.fields().get(0)
  ]
  const tags = fc.constantFrom<number>(...Object.values(derTag), 0xa0)
  fc.assert(
    fc.property(tags, fc.uint8Array({ maxLength: 20 }), fc.constantFrom(...read), (tag, bytes, method) => {
      try {
        method(readDer(element(tag, Buffer.from(bytes))))
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    })
  )
})
