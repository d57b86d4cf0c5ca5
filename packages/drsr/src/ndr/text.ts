import { type Ndr, NdrError } from './type.ts'

/**
 * `[string] WCHAR *`: what such a pointer points to. A conformant and varying array that ends with a zero
 * (C706 section 14.3.4.2); the zero is not part of the value.
 */
export const wideString: Ndr<string> = {
  alignment: 4,
  read(reader, assign) {
    const maxCount = reader.uint32()
    const offset = reader.uint32()
    const count = reader.count(2)
    if (offset !== 0 || count > maxCount) {
      throw new NdrError(`a string of ${count} at ${offset} cannot stand in an array of ${maxCount}`)
    }
    assign(withoutEnd(reader.bytes(count * 2)))
  },
  write(writer, value) {
    const bytes = withEnd(value)
    writer.uint32(bytes.length / 2)
    writer.uint32(0)
    writer.uint32(bytes.length / 2)
    writer.bytes(bytes)
  }
}

/** `[size_is(n)] WCHAR[]` that holds text and a zero, as in DSNAME. The zero is not part of the value. */
export const conformantText: Ndr<string> = {
  alignment: 2,
  conformance: value => value.length + 1,
  read(reader, assign, maxCount) {
    const count = maxCount ?? reader.uint32()
    reader.align(2)
    assign(withoutEnd(reader.bytes(count * 2)))
  },
  write(writer, value, hoisted) {
    if (hoisted !== true) writer.uint32(value.length + 1)
    writer.align(2)
    writer.bytes(withEnd(value))
  }
}

function withEnd(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf16le')
}

function withoutEnd(bytes: Buffer): string {
  const text = bytes.toString('utf16le')
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}
