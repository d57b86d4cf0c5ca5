import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BinaryXmlError } from './binary-xml-error.ts'
import { readDocument } from './read.ts'
import { toXml } from './to-xml.ts'

const lies = [
  ['nothing', '', /end too early/],
  ['an element that does not end', '40 0161', /end too early/],
  ['a string that is too long', '40 ffffffff07 61', /end too early/],
  ['a number of more than 31 bits', '40 ffffffff0f', /31 bits/],
  ['a number without an end', '40 ffffffffffffffff', /31 bits/],
  ['a text of two gigabytes', '40 0161 9d ffffff7f 61', /end too early/],
  ['a negative length', '40 0161 9d ffffffff 61', /negative/],
  ['an array of two milliards', '40 0161 03 40 0162 01 b5 ffffffff07', /before the array/],
  ['an array of texts', '40 0161 03 40 0162 01 99 01 0161 01', /cannot hold/],
  ['an array of an array', '40 0161 03 03 40 0162 01 b5 01 01 01', /cannot begin with 0x03/],
  ['an array whose element has content', '40 0161 03 40 0162 99 0161 b5 01 01 01', /cannot begin with 0x99/],
  ['an unknown word', '42 ce07', /number 974/],
  ['a word of a session', '42 01', /number 1/],
  ['an empty name', '40 00 01', /name is empty/],
  ['a name of the empty word', '42 a201 01', /name is empty/],
  ['a list that ends its element at the beginning', '40 0161 a5', /0xa5/],
  ['a list in a list', '40 0161 a4 a4 a6 a6 01', /0xa4/],
  ['a text in a list that ends the element', '40 0161 a4 83 a6 01', /0x83/],
  ['the end of a list without one', '40 0161 a6 01', /0xa6/],
  ['an attribute that ends its element', '40 0161 04 0162 83', /cannot end its element/],
  ['an attribute without a value', '40 0161 04 0162 01', /0x01/],
  ['half a character', '40 0161 99 01 c3', /UTF-8/],
  ['half a unit of UTF-16', '40 0161 b7 01 61', /odd number/],
  ['a boolean that is 2', '40 0161 b5 02', /neither 0 nor 1/],
  ['a decimal with 29 places', `40 0161 95 0000 1d 00 ${'00'.repeat(12)}`, /decimal/],
  ['a time of year 10000', '40 0161 97 ffffffffffffff3f', /years/],
  ['a prefix after z', '40 0161 bd 1a 0e', /not a letter/],
  ['a record after the last', '40 0161 be', /0xbe/],
  ['a record between', '40 0161 78', /0x78/],
  ['an attribute after the content', '40 0161 98 0161 04 0162 82 01', /0x04/],
  ['two elements', '40 0161 01 40 0162 01', /0x40/],
  ['a text alone', '99 0161', /0x99/]
] as const

it.each(lies)('%s is refused', (_what, hex, message) => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  expect(() => readDocument(bytes)).toThrow(BinaryXmlError)
  expect(() => readDocument(bytes)).toThrow(message)
})

it('elements lie as deep as allowed and no deeper', () => {
  const nested = (depth: number) => Buffer.from(`${'400161'.repeat(depth)}${'01'.repeat(depth)}`, 'hex')
  expect(readDocument(nested(64)).kind).toBe('element')
  expect(() => readDocument(nested(65))).toThrow(/deeper/)
  expect(() => readDocument(nested(1_000_000), { bytes: 2 ** 30 })).toThrow(/deeper/)
})

it.each([
  ['texts', '98 00'],
  ['elements', '40 0162 01'],
  ['comments', '02 00'],
  ['items of a list', 'a4 80808080 a6'],
  ['values of an array', '03 40 0162 01 b5 05 0101010101'],
  ['attributes', '40 0162 04 0161 82 04 0163 82 01']
])('%s are counted', (_what, hex) => {
  const content = hex.replaceAll(' ', '').repeat(10)
  const bytes = Buffer.from(`400161${content}01`, 'hex')
  expect(() => readDocument(bytes, { nodes: 10 })).toThrow(/more nodes/)
  expect(readDocument(bytes, { nodes: 100 }).kind).toBe('element')
})

it('bytes are counted before any is read', () => {
  expect(() => readDocument(Buffer.alloc(11), { bytes: 10 })).toThrow(/more bytes than allowed/)
})

it('whatever the bytes are, there is a document or an error of ours', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (random, begun) => {
      const bytes = Buffer.concat([begun ? Buffer.from('400161', 'hex') : Buffer.alloc(0), random])
      try {
        toXml(readDocument(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(BinaryXmlError)
      }
    }),
    { numRuns: 5_000 }
  )
})
