import { type ByteWriter, utf8 } from './byte-writer.ts'
import type { DateTime, Decimal, Text } from './model.ts'
import { letters, textRecord } from './records.ts'
import { bytesOfUuid } from './uuid.ts'

/** Of a letter that stands for a prefix; @throws RangeError when it is none */
function letterNumber(prefix: string): number {
  const number = prefix.length === 1 ? letters.indexOf(prefix) : -1
  if (number === -1) throw new RangeError('The prefix of a qualified name must be one small letter.')
  return number
}

const zoneBits: Readonly<Record<DateTime['zone'], bigint>> = { unspecified: 0n, utc: 1n, local: 2n }

/**
 * @param end 1 when the element ends with this text, else 0
 * @throws RangeError for a value that its record cannot carry
 */
export function writeText(writer: ByteWriter, text: Text, end: 0 | 1): void {
  switch (text.type) {
    case 'chars':
      writeSized(writer, textRecord.chars8 + end, utf8(text.value))
      break
    case 'unicode':
      writeUnicode(writer, text.value, end)
      break
    case 'bytes':
      writeSized(writer, textRecord.bytes8 + end, text.value)
      break
    case 'list':
      writeList(writer, text.items, end)
      break
    default:
      writer.byte(textRecord[text.type] + end)
      writeTextValue(writer, text)
  }
}

/** What comes after the first byte, of a text whose record has no length. */
export function writeTextValue(writer: ByteWriter, text: Text): void {
  switch (text.type) {
    case 'int8':
      writer.room(1).writeInt8(text.value)
      break
    case 'int16':
      writer.room(2).writeInt16LE(text.value)
      break
    case 'int32':
      writer.room(4).writeInt32LE(text.value)
      break
    case 'float':
      writer.room(4).writeFloatLE(text.value)
      break
    case 'double':
      writer.room(8).writeDoubleLE(text.value)
      break
    case 'int64':
    case 'timeSpan':
      writer.room(8).writeBigInt64LE(text.value)
      break
    case 'uint64':
      writer.room(8).writeBigUInt64LE(text.value)
      break
    default:
      writeStructure(writer, text)
      break
  }
}

function writeStructure(writer: ByteWriter, text: Text): void {
  switch (text.type) {
    case 'boolean':
      writer.byte(text.value ? 1 : 0)
      break
    case 'decimal':
      writeDecimal(writer, text.value)
      break
    case 'dateTime':
      writer.room(8).writeBigUInt64LE((zoneBits[text.value.zone] << 62n) | text.value.ticks)
      break
    case 'uniqueId':
    case 'uuid':
      writer.bytes(bytesOfUuid(text.value))
      break
    case 'word':
      writer.multiByteInt31(text.value.id)
      break
    case 'qname':
      writer.byte(letterNumber(text.prefix))
      writer.multiByteInt31(text.name.id)
      break
    default:
  }
}

function writeDecimal(writer: ByteWriter, { isNegative, scale, coefficient }: Decimal): void {
  if (scale > 28) throw new RangeError('A decimal has at most 28 places.')
  const bytes = writer.room(16)
  bytes.writeUInt16LE(0)
  bytes.writeUInt8(scale, 2)
  bytes.writeUInt8(isNegative ? 0x80 : 0, 3)
  bytes.writeUInt32LE(Number(coefficient >> 64n), 4)
  bytes.writeBigUInt64LE(coefficient & 0xffff_ffff_ffff_ffffn, 8)
}

/** Inside a list the element does not end, and there are no lists. */
function writeList(writer: ByteWriter, items: readonly Text[], end: 0 | 1): void {
  writer.byte(textRecord.startList)
  for (const item of items) {
    if (item.type === 'list') throw new RangeError('A list cannot hold a list.')
    writeText(writer, item, 0)
  }
  writer.byte(textRecord.endList + end)
}

function writeSized(writer: ByteWriter, record8: number, value: Buffer): void {
  writeLength(writer, record8, value.length)
  writer.bytes(value)
}

function writeUnicode(writer: ByteWriter, value: string | Buffer, end: 0 | 1): void {
  const length = value.length * 2
  writeLength(writer, textRecord.unicode8 + end, length)
  const room = writer.room(length)
  if (typeof value === 'string') room.write(value, 'utf16le')
  else for (const [position, ascii] of value.entries()) room.writeUInt16LE(ascii, position * 2)
}

/** The records of the same text with a length of 8, 16 and 32 bits are two numbers apart. */
function writeLength(writer: ByteWriter, record8: number, length: number): void {
  if (length <= 0xff) {
    writer.byte(record8)
    writer.byte(length)
  } else if (length <= 0xffff) {
    writer.byte(record8 + 2)
    writer.room(2).writeUInt16LE(length)
  } else {
    writer.byte(record8 + 4)
    writer.room(4).writeInt32LE(length)
  }
}
