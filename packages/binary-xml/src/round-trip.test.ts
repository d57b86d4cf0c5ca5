import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  ArrayType,
  Attribute,
  Content,
  DictionaryWord,
  Element,
  Namespace,
  Text,
  Word
} from './model.ts'
import { readDocument } from './read.ts'
import { sessionReader, sessionWriter } from './session.ts'
import { word } from './static-dictionary.ts'
import { writeDocument } from './write.ts'

const words = [
  'Body',
  'mustUnderstand',
  'nil',
  'http://www.w3.org/2001/XMLSchema-instance',
  'Value',
  'detail'
].map(word)
const anyWord = fc.constantFrom<DictionaryWord[]>(...words)
const wellFormed = fc.string({ unit: 'binary', maxLength: 400 })
const name: fc.Arbitrary<Word> = fc.oneof(fc.string({ minLength: 1, maxLength: 200 }), anyWord)
const prefix = fc.constantFrom('', 'a', 's', 'z', 'pre', 'Ä', 'A')
const uuid = fc.uuid()

function number<Type extends 'int8' | 'int16' | 'int32' | 'float' | 'double'>(
  type: Type,
  value: fc.Arbitrary<number>
): fc.Arbitrary<{ readonly type: Type; readonly value: number }> {
  return value.map(each => ({ type, value: each }))
}

function int(bits: number): fc.Arbitrary<number> {
  return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
}

const fixed: Record<ArrayType, fc.Arbitrary<Text>> = {
  boolean: fc.boolean().map(value => ({ type: 'boolean', value })),
  int16: number('int16', int(16)),
  int32: number('int32', int(32)),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(value => ({ type: 'int64', value })),
  float: number('float', fc.float()),
  double: number('double', fc.double()),
  decimal: fc
    .record({
      isNegative: fc.boolean(),
      scale: fc.integer({ min: 0, max: 28 }),
      coefficient: fc.bigInt({ min: 0n, max: 2n ** 96n - 1n })
    })
    .map(value => ({ type: 'decimal', value })),
  dateTime: fc
    .record({
      ticks: fc.bigInt({ min: 0n, max: 3_155_378_975_999_999_999n }),
      zone: fc.constantFrom('unspecified', 'utc', 'local')
    })
    .map(value => ({ type: 'dateTime', value })),
  timeSpan: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(value => ({ type: 'timeSpan', value })),
  uuid: uuid.map(value => ({ type: 'uuid', value }))
}

const single: fc.Arbitrary<Text> = fc.oneof(
  ...Object.values(fixed),
  fc.constantFrom('zero', 'one', 'false', 'true', 'empty').map(type => ({ type })),
  number('int8', int(8)),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(value => ({ type: 'uint64' as const, value })),
  uuid.map(value => ({ type: 'uniqueId' as const, value })),
  wellFormed.map(value => ({ type: 'chars' as const, value })),
  // Half a pair of surrogates goes through UTF-16.
  fc
    .string({
      unit: fc.integer({ min: 0, max: 0xffff }).map(unit => String.fromCharCode(unit)),
      maxLength: 300
    })
    .map(value => ({ type: 'unicode' as const, value })),
  fc.uint8Array({ maxLength: 300 }).map(value => ({ type: 'bytes' as const, value: Buffer.from(value) })),
  anyWord.map(value => ({ type: 'word' as const, value })),
  fc
    .record({ prefix: fc.constantFrom('a', 'm', 'z'), name: anyWord })
    .map(each => ({ type: 'qname' as const, ...each }))
)

const text: fc.Arbitrary<Text> = fc.oneof(
  { weight: 6, arbitrary: single },
  {
    weight: 1,
    arbitrary: fc.array(single, { maxLength: 5 }).map(items => ({ type: 'list' as const, items }))
  }
)

const attribute: fc.Arbitrary<Attribute | Namespace> = fc.oneof(
  fc.record({ prefix, name, value: text }).map(each => ({ kind: 'attribute' as const, ...each })),
  fc
    .record({ prefix, uri: fc.oneof(wellFormed, anyWord) })
    .map(each => ({ kind: 'namespace' as const, ...each }))
)
const start = fc.record({ prefix, name, attributes: fc.array(attribute, { maxLength: 4 }) })

const array: fc.Arbitrary<Content> = fc
  .tuple(
    start,
    fc.constantFrom(...Object.values(fixed)).chain(type => fc.array(type, { minLength: 1, maxLength: 200 }))
  )
  .map(([each, values]) => ({ kind: 'array', element: { kind: 'element', ...each, children: [] }, values }))

const { root } = fc.letrec<{ root: Element; content: Content }>(tie => ({
  root: fc
    .tuple(start, fc.array(tie('content'), { maxLength: 4 }))
    .map(([each, children]) => ({ kind: 'element', ...each, children })),
  content: fc.oneof(
    { maxDepth: 4 },
    text.map(value => ({ kind: 'text' as const, value })),
    wellFormed.map(value => ({ kind: 'comment' as const, text: value })),
    array,
    tie('root')
  )
}))

describe('what is written', () => {
  it('is read as the same document', () => {
    fc.assert(
      fc.property(root, document => {
        expect(readDocument(writeDocument(document))).toEqual(document)
      }),
      { numRuns: 500 }
    )
  })

  it.each([0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0xffff, 0x1_0000])('is a text of %i bytes', length => {
    const children = (['chars', 'unicode'] as const).map(type => ({
      kind: 'text' as const,
      value: { type, value: 'x'.repeat(length) }
    }))
    const bytes = { kind: 'text' as const, value: { type: 'bytes' as const, value: Buffer.alloc(length, 7) } }
    const document: Element = {
      kind: 'element',
      prefix: '',
      name: 'n'.repeat(length),
      attributes: [],
      children: [...children, bytes]
    }
    expect(readDocument(writeDocument(document))).toEqual(document)
  })

  it('is read in a session, which learns its words once', () => {
    const [writer, reader] = [sessionWriter(), sessionReader()]
    const document = (texts: readonly string[]): Element => ({
      kind: 'element',
      prefix: '',
      name: writer.word('root'),
      attributes: [],
      children: texts.map(each => ({ kind: 'text', value: { type: 'word', value: writer.word(each) } }))
    })
    const [first, second] = [document(['one', 'two']), document(['two', 'three'])]
    const bytes = [writer.write(first)]
    // Both documents were made before the first was sent, so it tells the words of both.
    bytes.push(writer.write(second), writer.write(document(['four'])))
    expect(bytes.map(each => each.readUInt8())).toEqual([19, 0, 5])
    expect(bytes.map(each => reader.read(each))).toEqual([first, second, document(['four'])])
  })
})

describe('what cannot be written', () => {
  const around = (value: Text): Element => ({
    kind: 'element',
    prefix: '',
    name: 'a',
    attributes: [],
    children: [{ kind: 'text', value }]
  })

  it.each<[string, Text]>([
    ['half a pair of surrogates as UTF-8', { type: 'chars', value: 'x\ud800' }],
    ['a number that is too big', { type: 'int8', value: 128 }],
    ['an identifier that is none', { type: 'uuid', value: '1234' }],
    ['a prefix of two letters', { type: 'qname', prefix: 'ab', name: word('Body') }],
    [
      'a decimal with 29 places',
      { type: 'decimal', value: { isNegative: false, scale: 29, coefficient: 1n } }
    ],
    ['a list in a list', { type: 'list', items: [{ type: 'list', items: [] }] }]
  ])('%s', (_what, value) => {
    expect(() => writeDocument(around(value))).toThrow(RangeError)
  })

  it('an array of several types, or of none', () => {
    const element = { ...around({ type: 'empty' }), children: [] }
    const parts: Text[][] = [
      [],
      [{ type: 'zero' }],
      [
        { type: 'int16', value: 1 },
        { type: 'int32', value: 1 }
      ]
    ]
    for (const values of parts)
      expect(() => writeDocument({ ...element, children: [{ kind: 'array', element, values }] })).toThrow(
        RangeError
      )
  })
})

it('a session does not learn words without end', () => {
  const reader = sessionReader({}, 10)
  const bytes = Buffer.from('050401020304400161', 'hex')
  expect(() => reader.read(Buffer.concat([bytes, Buffer.from('01', 'hex')]))).not.toThrow()
  expect(() => reader.read(Buffer.from('060501020304054001610'.concat('1'), 'hex'))).toThrow(/more words/)
})

it('ASCII bytes are widened as a string would be', () => {
  const of = (value: string | Buffer): Element => ({
    kind: 'element',
    prefix: '',
    name: 'a',
    attributes: [],
    children: [{ kind: 'text', value: { type: 'unicode', value } }]
  })
  expect(writeDocument(of(Buffer.from('v1;PPH1')))).toEqual(writeDocument(of('v1;PPH1')))
})
