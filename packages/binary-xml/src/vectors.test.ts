import { expect, it } from 'vitest'
import { readDocument } from './read.ts'
import { letters } from './records.ts'
import { toXml } from './to-xml.ts'
import { writeDocument } from './write.ts'

/** In the shortest form: written again, they are the same bytes. */
const documents = [
  ['an element', '40 03646f63 01', '<doc></doc>'],
  ['a comment in one', '40 03646f63 02 07636f6d6d656e74 01', '<doc><!--comment--></doc>'],
  ['an attribute', '40 03646f63 04 0461747472 84 01', '<doc attr="false"></doc>'],
  [
    'a namespace and a prefix',
    '40 03646f63 09 03707265 0a687474703a2f2f616263 05 03707265 0461747472 84 01',
    '<doc xmlns:pre="http://abc" pre:attr="false"></doc>'
  ],
  [
    'an array',
    '40 0178 03 40 03617272 01 8b 03 3333 8888 dddd 01',
    '<x><arr>13107</arr><arr>-30584</arr><arr>-8739</arr></x>'
  ],
  [
    'a prefix of one letter',
    '56 26 09 0173 0a687474703a2f2f616263 01',
    '<s:DigestMethod xmlns:s="http://abc"></s:DigestMethod>'
  ],
  [
    'a word with a long prefix, and a word as namespace',
    '43 027061 0e 0a 06 01',
    '<pa:Body xmlns="http://www.w3.org/2005/08/addressing"></pa:Body>'
  ],
  ['a word attribute with a long prefix', '42 0e 07 027061 00 82 01', '<Body pa:mustUnderstand="1"></Body>'],
  ['a word attribute without one', '42 0e 06 00 82 01', '<Body mustUnderstand="1"></Body>'],
  ['an element with a long prefix', '41 027061 0179 01', '<pa:y></pa:y>'],
  [
    'attributes with one letter',
    '40 0161 26 0178 82 0d 00 84 01',
    '<a a:x="1" b:mustUnderstand="false"></a>'
  ],
  ['a default namespace', '40 0161 08 0178 01', '<a xmlns="x"></a>'],
  ['a text and another', '40 0161 98 0162 99 0163', '<a>bc</a>'],
  [
    'a prefixed namespace by a word',
    '40 0161 0b 0173 04 01',
    '<a xmlns:s="http://www.w3.org/2003/05/soap-envelope"></a>'
  ]
] as const

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

it.each(documents)('%s', (_what, hex, xml) => {
  const document = readDocument(bytes(hex))
  expect(toXml(document)).toBe(xml)
  expect(writeDocument(document)).toEqual(bytes(hex))
})

it('every letter as a prefix is a record of its own', () => {
  for (const [position, letter] of letters.split('').entries()) {
    const [word, plain] = [0x44 + position, 0x5e + position]
    const [wordAttribute, plainAttribute] = [0x0c + position, 0x26 + position]
    const document = [
      word,
      0x0e,
      wordAttribute,
      0x00,
      0x82,
      plainAttribute,
      0x01,
      0x78,
      0x82,
      plain,
      0x01,
      0x79,
      1,
      1
    ]
    expect(toXml(readDocument(Buffer.from(document)))).toBe(
      `<${letter}:Body ${letter}:mustUnderstand="1" ${letter}:x="1"><${letter}:y></${letter}:y></${letter}:Body>`
    )
    expect(writeDocument(readDocument(Buffer.from(document)))).toEqual(Buffer.from(document))
  }
})

it('long forms for what has a short one are read too', () => {
  expect(toXml(readDocument(bytes('41 0173 0161 05 0173 0162 9a 0100 63 01')))).toBe('<s:a s:b="c"></s:a>')
})

const texts = [
  ['zero', '80', '0'],
  ['one', '82', '1'],
  ['false', '84', 'false'],
  ['true', '86', 'true'],
  ['int8', '88 de', '-34'],
  ['int16', '8a 0080', '-32768'],
  ['int32', '8c 15cd5b07', '123456789'],
  ['int64', '8e 0000000000000080', '-9223372036854775808'],
  ['float', '90 cdcc8c3f', '1.1'],
  ['infinity', '90 0000807f', 'INF'],
  ['minus infinity', '90 000080ff', '-INF'],
  ['no number', '90 0000c07f', 'NaN'],
  ['double', '92 6957148b0abf0540', '2.718281828459045'],
  ['minus nothing', '92 0000000000000080', '-0'],
  ['decimal', '94 0000 06 00 00000000 404b4c0000000000', '5.000000'],
  ['a small negative decimal', '94 0000 03 80 00000000 0500000000000000', '-0.005'],
  ['the largest decimal', '94 0000 00 00 ffffffff ffffffffffffffff', '79228162514264337593543950335'],
  ['the first time', '96 0000000000000000', '0001-01-01T00:00:00'],
  ['the last time', '96 ff3f37f47528ca6b', '9999-12-31T23:59:59.9999999Z'],
  ['chars8', '98 05 68656c6c6f', 'hello'],
  ['chars16', '9a 0500 68656c6c6f', 'hello'],
  ['chars32', '9c 05000000 68656c6c6f', 'hello'],
  ['bytes8', '9e 08 0001020304050607', 'AAECAwQFBgc='],
  ['bytes16', 'a0 0800 0001020304050607', 'AAECAwQFBgc='],
  ['bytes32', 'a2 08000000 0001020304050607', 'AAECAwQFBgc='],
  ['a list', 'a4 88de 86 a6', '-34 true'],
  ['an empty list', 'a4 a6', ''],
  ['empty', 'a8', ''],
  ['a word', 'aa 0e', 'Body'],
  ['a unique id', 'ac 33221100554477668899aabbccddeeff', 'urn:uuid:00112233-4455-6677-8899-aabbccddeeff'],
  ['a time span', 'ae 00c4f532ffffffff', '-PT5M44S'],
  ['a longer time span', 'ae 41db3eeed9000000', 'P1DT2H0.5000001S'],
  ['no time', 'ae 0000000000000000', 'PT0S'],
  ['a uuid', 'b0 000102030405060708090a0b0c0d0e0f', '03020100-0504-0706-0809-0a0b0c0d0e0f'],
  ['uint64', 'b2 ffffffffffffffff', '18446744073709551615'],
  ['boolean', 'b4 01', 'true'],
  ['unicode8', 'b6 04 75006e00', 'un'],
  ['unicode16', 'b8 0400 75006e00', 'un'],
  ['unicode32', 'ba 04000000 75006e00', 'un'],
  ['a qualified name', 'bc 08 0e', 'i:Body'],
  ['a qualified name with a long id', 'bc 00 9a01', 'a:Value']
] as const

it.each(texts)('the text %s: before the end, with the end, and in an attribute', (_what, hex, characters) => {
  const text = bytes(hex)
  const [begin, end] = [bytes('40 0161'), bytes('01')]
  const ended = Buffer.from(text)
  // Of a list, the last record ends the element.
  const at = hex.startsWith('a4') ? ended.length - 1 : 0
  ended.writeUInt8(ended.readUInt8(at) + 1, at)
  for (const content of [Buffer.concat([begin, text, end]), Buffer.concat([begin, ended])])
    expect(toXml(readDocument(content))).toBe(`<a>${characters}</a>`)
  const attribute = Buffer.concat([begin, bytes('04 0162'), text, end])
  expect(toXml(readDocument(attribute))).toBe(`<a b="${characters}"></a>`)
})
