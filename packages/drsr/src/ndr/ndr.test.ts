import { describe, expect, it } from 'vitest'
import {
  conformantArray,
  conformantBytes,
  conformantText,
  conformantVaryingArray,
  contextHandle,
  decode,
  encode,
  type Fields,
  fixedArray,
  fixedBytes,
  full,
  guid,
  int32,
  int64,
  type Ndr,
  nothing,
  ref,
  struct,
  uint8,
  uint16,
  uint32,
  uint64,
  union,
  unique,
  type Values,
  wideString
} from './index.ts'

/** A case whose types are checked where it is made and whose list can mix them. */
interface Case {
  readonly name: string
  readonly hex: string
  readonly encoded: () => string
  readonly value: unknown
  readonly decoded: () => unknown
}

function example<F extends Fields>(name: string, fields: F, value: Values<F>, hexadecimal: string): Case {
  const hex = hexadecimal.replaceAll(' ', '')
  return {
    name,
    hex,
    value,
    encoded: () => encode(fields, value).toString('hex'),
    decoded: () => decode(fields, Buffer.from(hex, 'hex'))
  }
}

const named = struct({ length: uint8, text: conformantText })
const holder = struct({ a: unique(uint16), b: unique(uint16) })

const cases: readonly Case[] = [
  example(
    'integers at their alignment',
    { a: uint8, b: uint16, c: uint8, d: uint32, e: uint64 },
    { a: 1, b: 2, c: 3, d: 4, e: 5n },
    '01 00 0200 03 000000 04000000 00000000 0500000000000000'
  ),
  example(
    'negative integers',
    { a: int32, b: int64 },
    { a: -2, b: -3n },
    'feffffff 00000000 fdffffffffffffff'
  ),
  example(
    'a structure at the alignment of its widest member',
    { a: uint8, s: struct({ b: uint8, c: uint32 }) },
    { a: 1, s: { b: 2, c: 3 } },
    '01 000000 02 000000 03000000'
  ),
  example(
    'a GUID',
    { id: guid },
    { id: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2' },
    '354251e3064bd111ab0400c04fc2dcd2'
  ),
  example(
    'fixed arrays',
    { a: fixedBytes(3), b: fixedArray(uint16, 2) },
    { a: Buffer.from('abc'), b: [1, 2] },
    '616263 00 0100 0200'
  ),
  example('a conformant array', { a: conformantArray(uint16) }, { a: [7, 8] }, '02000000 0700 0800'),
  example(
    'a conformant array of wide elements',
    { a: conformantArray(uint64) },
    { a: [7n] },
    '01000000 00000000 0700000000000000'
  ),
  example(
    'a varying array',
    { a: conformantVaryingArray(uint8) },
    { a: [7, 8] },
    '02000000 00000000 02000000 0708'
  ),
  example('bytes', { a: conformantBytes }, { a: Buffer.from([1, 2, 3]) }, '03000000 010203'),
  example(
    'the count of a last array before its structure',
    { s: struct({ a: uint64, b: conformantBytes }) },
    { s: { a: 1n, b: Buffer.from([9]) } },
    '01000000 00000000 0100000000000000 09'
  ),
  example(
    'the same through two structures',
    { s: struct({ a: uint32, inner: named }) },
    { s: { a: 1, inner: { length: 1, text: 'x' } } },
    '02000000 01000000 01 00 7800 0000'
  ),
  example(
    'a string',
    { s: unique(wideString) },
    { s: 'hz' },
    '00000200 03000000 00000000 03000000 6800 7a00 0000'
  ),
  example('null pointers', { a: unique(uint32), b: full(uint32) }, { a: null, b: null }, '00000000 00000000'),
  example(
    'what a parameter points to, before the next parameter',
    { a: unique(uint16), b: uint16 },
    { a: 1, b: 2 },
    '00000200 0100 0200'
  ),
  example(
    'what a structure points to, after the structure',
    { s: holder },
    { s: { a: 1, b: 2 } },
    '00000200 04000200 0100 0200'
  ),
  example(
    'what an array points to, in order and depth first',
    { a: conformantArray(holder) },
    {
      a: [
        { a: 1, b: null },
        { a: 2, b: 3 }
      ]
    },
    '02000000 00000200 00000000 04000200 08000200 0100 0200 0300'
  ),
  example(
    'pointers behind pointers before their neighbours',
    { s: struct({ x: unique(holder), y: unique(uint16) }) },
    { s: { x: { a: 1, b: 2 }, y: 3 } },
    '00000200 04000200 08000200 0c000200 0100 0200 0300'
  ),
  example(
    'a reference pointer in a structure',
    { s: struct({ a: ref(uint16), b: uint16 }) },
    { s: { a: 1, b: 2 } },
    '00000200 0200 0000 0100'.replace('0000 0100', '0100')
  ),
  example(
    'a union',
    { version: uint32, u: union({ 1: uint16, 8: struct({ a: uint64 }), 9: nothing }) },
    { version: 8, u: { tag: 8, value: { a: 1n } } },
    '08000000 08000000 0100000000000000'
  ),
  example(
    'an empty arm',
    { u: union({ 1: uint16, 9: nothing }), a: uint8 },
    { u: { tag: 9, value: undefined }, a: 7 },
    '09000000 07'
  ),
  example('a short discriminant', { u: union({ 1: uint8 }, uint16) }, { u: { tag: 1, value: 5 } }, '0100 05'),
  example(
    'a context handle',
    { a: uint8, h: contextHandle },
    { a: 1, h: Buffer.alloc(20, 2) },
    `01 000000 ${'02'.repeat(20)}`
  )
]

describe('NDR', () => {
  it.each(cases)('writes $name', ({ hex, encoded }) => {
    expect(encoded()).toBe(hex)
  })

  it.each(cases)('reads $name', ({ value, decoded }) => {
    expect(decoded()).toEqual(value)
  })

  it('reads and writes a list that is linked by its first member, twenty thousand nodes long', () => {
    interface Node {
      readonly next: Node | null
      readonly name: string | null
    }
    const node: Ndr<Node> = struct({ next: unique(() => node), name: unique(wideString) })
    let list: Node | null = null
    for (let index = 20_000; index > 0; index -= 1) list = { next: list, name: String(index) }
    const bytes = encode({ list: unique(node) }, { list })
    // Flat nodes stand first, and the names from the last node to the first.
    expect(bytes.indexOf(Buffer.from('20000', 'utf16le'))).toBeLessThan(
      bytes.indexOf(Buffer.from('19999', 'utf16le'))
    )
    const names: (string | null)[] = []
    for (let at = decode({ list: unique(node) }, bytes).list; at !== null; at = at.next) names.push(at.name)
    expect(names).toEqual(Array.from({ length: 20_000 }, (_, index) => String(index + 1)))
  })

  it('reads a value that two full pointers share', () => {
    const shared = full(uint16)
    const pair = struct({ a: full(uint16), b: full(uint16) })
    const bytes = Buffer.from('01000000010000000700', 'hex')
    expect(decode({ pair: struct({ a: shared, b: shared }) }, bytes)).toEqual({ pair: { a: 7, b: 7 } })
    expect(decode({ pair }, bytes)).toEqual({ pair: { a: 7, b: 7 } })
  })
})
