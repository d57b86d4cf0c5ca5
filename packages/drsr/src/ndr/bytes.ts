import { type Ndr, NdrError } from './type.ts'

/** `byte[length]`, or an opaque structure of that size. Read as a view of the stub. */
export function fixedBytes(length: number, alignment: 1 | 4 = 1): Ndr<Buffer> {
  if (length < 1) throw new NdrError('a fixed array has one byte or more')
  return {
    alignment,
    read(reader, assign) {
      reader.align(alignment)
      assign(reader.bytes(length))
    },
    write(writer, value) {
      if (value.length !== length) throw new NdrError(`${length} bytes are expected, not ${value.length}`)
      writer.align(alignment)
      writer.bytes(value)
    }
  }
}

/** `[size_is(n)] byte[]`. Read as a view of the stub. */
export const conformantBytes: Ndr<Buffer> = {
  alignment: 1,
  conformance: value => value.length,
  read(reader, assign, maxCount) {
    assign(reader.bytes(maxCount ?? reader.uint32()))
  },
  write(writer, value, hoisted) {
    if (hoisted !== true) writer.uint32(value.length)
    writer.bytes(value)
  }
}

/** What a server gives to recognise a client's state by: 20 bytes that mean nothing here. */
export const contextHandle: Ndr<Buffer> = fixedBytes(20, 4)

const guidBytes = fixedBytes(16, 4)

/** `UUID`, `GUID`: as text, lower case with hyphens. */
export const guid: Ndr<string> = {
  alignment: 4,
  read: (reader, assign) => guidBytes.read(reader, bytes => assign(guidText(bytes))),
  write: (writer, value) => guidBytes.write(writer, guidOctets(value))
}

/** The text of 16 bytes as they stand on a wire: the first three groups little endian. */
export function guidText(bytes: Buffer): string {
  const swapped = swapGroups(bytes).toString('hex')
  return swapped.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** @throws NdrError when the text is not a GUID */
function guidOctets(text: string): Buffer {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw new NdrError(`not a GUID: ${text}`)
  return swapGroups(Buffer.from(text.replaceAll('-', ''), 'hex'))
}

function swapGroups(bytes: Buffer): Buffer {
  const swapped = Buffer.from(bytes)
  swapped.subarray(0, 4).reverse()
  swapped.subarray(4, 6).reverse()
  swapped.subarray(6, 8).reverse()
  return swapped
}
