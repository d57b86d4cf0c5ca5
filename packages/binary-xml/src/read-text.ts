import type { ByteReader } from './byte-reader.ts'
import { readWord, type SessionWords } from './dictionary.ts'
import type { ArrayType, DateTime, Text } from './model.ts'
import { firstTextRecord, letters, textRecord } from './records.ts'
import { uuidOf } from './uuid.ts'

type ReadText = (reader: ByteReader, session: SessionWords) => Text

/** The last one of the year 9999. */
const maxTicks = 3_155_378_975_999_999_999n
const kinds: readonly (DateTime['zone'] | undefined)[] = ['unspecified', 'utc', 'local']

/** How the values of each type are read that an array may hold, and how many bytes one takes. */
const arrayTypes = {
  boolean: { record: textRecord.boolean, bytes: 1, read: readBoolean },
  int16: {
    record: textRecord.int16,
    bytes: 2,
    read: bytes => ({ type: 'int16', value: bytes.readInt16LE() })
  },
  int32: {
    record: textRecord.int32,
    bytes: 4,
    read: bytes => ({ type: 'int32', value: bytes.readInt32LE() })
  },
  int64: {
    record: textRecord.int64,
    bytes: 8,
    read: bytes => ({ type: 'int64', value: bytes.readBigInt64LE() })
  },
  float: {
    record: textRecord.float,
    bytes: 4,
    read: bytes => ({ type: 'float', value: bytes.readFloatLE() })
  },
  double: {
    record: textRecord.double,
    bytes: 8,
    read: bytes => ({ type: 'double', value: bytes.readDoubleLE() })
  },
  decimal: { record: textRecord.decimal, bytes: 16, read: readDecimal },
  dateTime: { record: textRecord.dateTime, bytes: 8, read: readDateTime },
  timeSpan: {
    record: textRecord.timeSpan,
    bytes: 8,
    read: bytes => ({ type: 'timeSpan', value: bytes.readBigInt64LE() })
  },
  uuid: { record: textRecord.uuid, bytes: 16, read: bytes => ({ type: 'uuid', value: uuidOf(bytes) }) }
} satisfies Record<ArrayType, FixedText>

interface FixedText {
  readonly record: number
  readonly bytes: number
  readonly read: (bytes: Buffer, reader: ByteReader) => Text
}

const fixedTexts = new Map<number, FixedText>(Object.values(arrayTypes).map(each => [each.record, each]))

const otherTexts = new Map<number, ReadText>([
  [textRecord.zero, () => ({ type: 'zero' })],
  [textRecord.one, () => ({ type: 'one' })],
  [textRecord.false, () => ({ type: 'false' })],
  [textRecord.true, () => ({ type: 'true' })],
  [textRecord.empty, () => ({ type: 'empty' })],
  [textRecord.int8, reader => ({ type: 'int8', value: reader.take(1).readInt8() })],
  [textRecord.uint64, reader => ({ type: 'uint64', value: reader.take(8).readBigUInt64LE() })],
  [textRecord.uniqueId, reader => ({ type: 'uniqueId', value: uuidOf(reader.take(16)) })],
  [textRecord.chars8, reader => chars(reader, reader.byte())],
  [textRecord.chars16, reader => chars(reader, reader.take(2).readUInt16LE())],
  [textRecord.chars32, reader => chars(reader, reader.length32())],
  [textRecord.bytes8, reader => bytesText(reader, reader.byte())],
  [textRecord.bytes16, reader => bytesText(reader, reader.take(2).readUInt16LE())],
  [textRecord.bytes32, reader => bytesText(reader, reader.length32())],
  [textRecord.unicode8, reader => unicode(reader, reader.byte())],
  [textRecord.unicode16, reader => unicode(reader, reader.take(2).readUInt16LE())],
  [textRecord.unicode32, reader => unicode(reader, reader.length32())],
  [textRecord.word, (reader, session) => ({ type: 'word', value: readWord(reader, session) })],
  [textRecord.qname, readQname]
])

interface ReadTextRecord {
  readonly text: Text
  /** True when the element ends with it. */
  readonly endsElement: boolean
}

/**
 * The text whose first byte has been taken.
 * @param count called once for each text that a list holds
 * @throws BinaryXmlError
 */
export function readText(
  reader: ByteReader,
  recordByte: number,
  session: SessionWords,
  count: () => void
): ReadTextRecord {
  const endsElement = recordByte % 2 === 1
  const even = recordByte - (endsElement ? 1 : 0)
  if (even !== textRecord.startList) return { text: simpleText(reader, even, session), endsElement }
  // A list cannot end its element at its beginning.
  if (endsElement) throw unknownRecord(reader, recordByte)
  return readList(reader, session, count)
}

/** The values of an array, whose elements have been read. */
export function readArrayValues(reader: ByteReader): readonly Text[] {
  const recordByte = reader.byte()
  const type = fixedTexts.get(recordByte - 1)
  if (type === undefined) throw reader.error(`An array cannot hold the record 0x${recordByte.toString(16)}`)
  const count = reader.multiByteInt31()
  if (count * type.bytes > reader.left) throw reader.error('The bytes end before the array does')
  return Array.from({ length: count }, () => type.read(reader.take(type.bytes), reader))
}

/** For the writer: the record of each type that an array may hold. */
export function arrayRecordOf(type: Text['type']): number | undefined {
  return type in arrayTypes ? arrayTypes[type as ArrayType].record + 1 : undefined
}

export function unknownRecord(reader: ByteReader, recordByte: number): Error {
  return reader.error(`A record cannot begin with 0x${recordByte.toString(16).padStart(2, '0')} here`)
}

function readList(reader: ByteReader, session: SessionWords, count: () => void): ReadTextRecord {
  const items: Text[] = []
  for (;;) {
    const recordByte = reader.byte()
    if (recordByte === textRecord.endList || recordByte === textRecord.endList + 1)
      return { text: { type: 'list', items }, endsElement: recordByte % 2 === 1 }
    count()
    items.push(simpleText(reader, recordByte, session))
  }
}

function simpleText(reader: ByteReader, recordByte: number, session: SessionWords): Text {
  const fixed = fixedTexts.get(recordByte)
  if (fixed !== undefined) return fixed.read(reader.take(fixed.bytes), reader)
  const read = otherTexts.get(recordByte)
  if (read === undefined || recordByte < firstTextRecord) throw unknownRecord(reader, recordByte)
  return read(reader, session)
}

function chars(reader: ByteReader, length: number): Text {
  return { type: 'chars', value: reader.utf8(length) }
}

/** A copy: the document outlives the bytes that it came in. */
function bytesText(reader: ByteReader, length: number): Text {
  return { type: 'bytes', value: Buffer.from(reader.take(length)) }
}

function unicode(reader: ByteReader, length: number): Text {
  if (length % 2 === 1) throw reader.error('A text in UTF-16 has an odd number of bytes')
  return { type: 'unicode', value: reader.take(length).toString('utf16le') }
}

function readBoolean(bytes: Buffer, reader: ByteReader): Text {
  const value = bytes.readUInt8()
  if (value > 1) throw reader.error('A boolean is neither 0 nor 1')
  return { type: 'boolean', value: value === 1 }
}

/** .NET's layout, behind two bytes that mean nothing (MC-NBFX section 2.2.3.11). */
function readDecimal(bytes: Buffer, reader: ByteReader): Text {
  const [scale, sign] = [bytes.readUInt8(2), bytes.readUInt8(3)]
  if (scale > 28 || (sign !== 0 && sign !== 0x80))
    throw reader.error('A decimal has a scale or a sign that cannot be')
  const coefficient = (BigInt(bytes.readUInt32LE(4)) << 64n) | bytes.readBigUInt64LE(8)
  return { type: 'decimal', value: { isNegative: sign === 0x80, scale, coefficient } }
}

function readDateTime(bytes: Buffer, reader: ByteReader): Text {
  const value = bytes.readBigUInt64LE()
  const zone = kinds[Number(value >> 62n)]
  const ticks = value & 0x3fff_ffff_ffff_ffffn
  if (zone === undefined || ticks > maxTicks) throw reader.error('A time is not within the years 1 to 9999')
  return { type: 'dateTime', value: { ticks, zone } }
}

function readQname(reader: ByteReader, session: SessionWords): Text {
  const prefix = letters[reader.byte()]
  if (prefix === undefined) throw reader.error('The prefix of a qualified name is not a letter')
  return { type: 'qname', prefix, name: readWord(reader, session) }
}
