import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  conformantArray,
  conformantBytes,
  conformantText,
  conformantVaryingArray,
  decode,
  encode,
  full,
  guid,
  int64,
  type Ndr,
  NdrError,
  nothing,
  ref,
  struct,
  uint8,
  uint16,
  uint32,
  union,
  unique,
  wideString
} from './index.ts'
import { NdrReader } from './reader.ts'

interface Node {
  readonly next: Node | null
  readonly other: Node | null
  readonly bytes: Buffer | null
}

const node: Ndr<Node> = struct({
  next: unique(() => node),
  other: full(() => node),
  bytes: unique(conformantBytes)
})
const text = struct({ length: uint16, text: conformantText })
const entry = struct({ id: guid, at: int64, name: unique(wideString), more: unique(text) })
const everything = {
  list: unique(node),
  entries: unique(conformantArray(entry)),
  part: conformantVaryingArray(full(uint16)),
  choice: union({ 1: struct({ small: uint8, value: ref(text) }), 2: conformantArray(uint32), 3: nothing })
}

/** Runs the reader on what may be anything: a value or an NdrError, and nothing else. */
function attempt(bytes: Buffer): 'read' | 'refused' {
  try {
    decode(everything, bytes)
    return 'read'
  } catch (error) {
    if (error instanceof NdrError) return 'refused'
    throw error
  }
}

const words = fc.string({ maxLength: 12 }).filter(word => !word.includes('\0'))
const entries = fc.record({
  id: fc.uuid(),
  at: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  name: fc.option(words),
  more: fc.option(fc.record({ length: fc.nat(0xffff), text: words }))
})
const { nodes } = fc.letrec<{ nodes: Node }>(tie => ({
  nodes: fc.record({
    next: fc.option(tie('nodes'), { maxDepth: 4 }),
    other: fc.option(tie('nodes'), { maxDepth: 2 }),
    bytes: fc.option(fc.uint8Array({ maxLength: 9 }).map(bytes => Buffer.from(bytes)))
  })
}))
const values = fc.record({
  list: fc.option(nodes),
  entries: fc.option(fc.array(entries, { maxLength: 5 })),
  part: fc.array(fc.option(fc.nat(0xffff)), { maxLength: 5 }),
  choice: fc.oneof(
    fc.record({
      tag: fc.constant(1 as const),
      value: fc.record({ small: fc.nat(255), value: fc.record({ length: fc.nat(9), text: words }) })
    }),
    fc.record({ tag: fc.constant(2 as const), value: fc.array(fc.nat(0xffff), { maxLength: 5 }) }),
    fc.constant({ tag: 3 as const, value: undefined })
  )
})

it('reads what it has written', () => {
  fc.assert(
    fc.property(values, value => {
      expect(decode(everything, encode(everything, value))).toEqual(value)
    })
  )
})

it('refuses what is cut short', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
      const bytes = encode(everything, value)
      const cut = bytes.subarray(0, Math.floor(share * (bytes.length - 1)))
      expect(attempt(cut)).toBe('refused')
    })
  )
})

it('makes a value or an error of anything', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), bytes => void attempt(Buffer.from(bytes))))
})

it('makes a value or an error of what was changed in a place', () => {
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(0xffffffff), (value, place, word) => {
      const bytes = encode(everything, value)
      bytes.writeUInt32LE(word, place % (bytes.length - 3))
      attempt(bytes)
    })
  )
})

it.each([0xffffffff, 0x7fffffff, 0x10000000, 0x10000])('refuses %i elements that are not there', count => {
  const announced = Buffer.alloc(64)
  announced.writeUInt32LE(count, 0)
  for (const type of [
    conformantBytes,
    conformantText,
    conformantArray(entry),
    conformantArray(unique(node))
  ]) {
    expect(() => decode({ value: type as Ndr<unknown> }, announced)).toThrow(NdrError)
  }
  announced.writeUInt32LE(count, 8)
  expect(() => decode({ value: wideString }, announced)).toThrow(NdrError)
  expect(() => decode({ value: conformantVaryingArray(uint8) }, announced)).toThrow(NdrError)
})

it('refuses a string that begins elsewhere or is longer than its array', () => {
  const stub = (...words32: readonly number[]) => Buffer.from(Uint32Array.from(words32).buffer)
  expect(() => decode({ value: wideString }, stub(2, 1, 1, 0))).toThrow(NdrError)
  expect(() => decode({ value: wideString }, stub(1, 0, 2, 0))).toThrow(NdrError)
  expect(() => decode({ value: conformantVaryingArray(uint8) }, stub(1, 1, 1, 0))).toThrow(NdrError)
})

it('refuses a full pointer that leads back to what holds it', () => {
  interface Loop {
    readonly next: Loop | null
  }
  const loop: Ndr<Loop> = struct({ next: full(() => loop) })
  expect(() => decode({ start: full(loop) }, Buffer.from('0700000007000000', 'hex'))).toThrow(/leads back/)
})

it('refuses one full pointer for two types', () => {
  const stub = Buffer.from('070000000700000001000000', 'hex')
  const two = struct({ a: full(uint32), b: full(uint16) })
  expect(() => decode({ two }, stub)).toThrow(/two types/)
})

it('refuses a chain that is longer than allowed', () => {
  let chain: Node | null = null
  for (let index = 0; index < 12; index += 1) chain = { next: chain, other: null, bytes: null }
  const bytes = encode({ chain: unique(node) }, { chain })
  const read = (maxDepth: number) => {
    const reader = new NdrReader(bytes, maxDepth)
    unique(node).read(reader, () => undefined)
    reader.settle()
  }
  expect(() => read(12)).not.toThrow()
  expect(() => read(11)).toThrow(/in one chain/)
})

it('reads millions of lying pointers in bounded time', () => {
  const bytes = Buffer.alloc(4 * 1024 * 1024, 1)
  bytes.writeUInt32LE(1_000_000, 0)
  const startedAt = performance.now()
  expect(() => decode({ value: conformantArray(unique(node)) }, bytes)).toThrow(NdrError)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})

it('refuses to write what is not as declared', () => {
  const cases: readonly (() => unknown)[] = [
    () => encode({ id: guid }, { id: 'nobody' }),
    () => encode({ value: ref(uint8) }, { value: null as unknown as number }),
    () => encode({ choice: union({ 1: uint8 }) }, { choice: { tag: 2 as 1, value: 1 } }),
    () => struct({}),
    () => struct({ first: conformantBytes, second: uint8 })
  ]
  for (const broken of cases) expect(broken).toThrow(NdrError)
})
