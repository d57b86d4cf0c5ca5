import type { Ndr } from './type.ts'

export const uint8: Ndr<number> = {
  alignment: 1,
  read: (reader, assign) => assign(reader.uint8()),
  write: (writer, value) => writer.uint8(value)
}

export const uint16: Ndr<number> = {
  alignment: 2,
  read: (reader, assign) => assign(reader.uint16()),
  write: (writer, value) => writer.uint16(value)
}

export const uint32: Ndr<number> = {
  alignment: 4,
  read: (reader, assign) => assign(reader.uint32()),
  write: (writer, value) => writer.uint32(value)
}

/** `long`. */
export const int32: Ndr<number> = {
  alignment: 4,
  read: (reader, assign) => assign(reader.uint32() | 0),
  write: (writer, value) => writer.uint32(value >>> 0)
}

/** `unsigned hyper`. */
export const uint64: Ndr<bigint> = {
  alignment: 8,
  read: (reader, assign) => assign(reader.uint64()),
  write: (writer, value) => writer.uint64(value)
}

/** `hyper`, `LONGLONG`: USNs and times. */
export const int64: Ndr<bigint> = {
  alignment: 8,
  read: (reader, assign) => assign(BigInt.asIntN(64, reader.uint64())),
  write: (writer, value) => writer.uint64(BigInt.asUintN(64, value))
}
