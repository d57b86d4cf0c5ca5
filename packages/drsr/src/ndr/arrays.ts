import type { NdrReader } from './reader.ts'
import { type Ndr, NdrError } from './type.ts'
import type { NdrWriter } from './writer.ts'

/** `[size_is(n)] T[]`. */
export function conformantArray<T>(element: Ndr<T>): Ndr<readonly T[]> {
  return {
    alignment: element.alignment,
    conformance: value => value.length,
    read(reader, assign, maxCount) {
      assign(readElements(reader, element, maxCount ?? reader.uint32()))
    },
    write(writer, value, hoisted) {
      if (hoisted !== true) writer.uint32(value.length)
      writeElements(writer, element, value)
    }
  }
}

/** `[size_is(n), length_is(m)] T[]`: the part of an array that is sent. Written whole. */
export function conformantVaryingArray<T>(element: Ndr<T>): Ndr<readonly T[]> {
  return {
    alignment: Math.max(element.alignment, 4),
    conformance: value => value.length,
    read(reader, assign, hoisted) {
      const maxCount = hoisted ?? reader.uint32()
      const offset = reader.uint32()
      const count = reader.uint32()
      if (offset + count > maxCount) {
        throw new NdrError(`${count} elements at ${offset} cannot stand in an array of ${maxCount}`)
      }
      assign(readElements(reader, element, count))
    },
    write(writer, value, hoisted) {
      if (hoisted !== true) writer.uint32(value.length)
      writer.uint32(0)
      writer.uint32(value.length)
      writeElements(writer, element, value)
    }
  }
}

/** `T[length]`. */
export function fixedArray<T>(element: Ndr<T>, length: number): Ndr<readonly T[]> {
  if (length < 1) throw new NdrError('a fixed array has one element or more')
  return {
    alignment: element.alignment,
    read: (reader, assign) => assign(readElements(reader, element, length)),
    write(writer, value) {
      if (value.length !== length) throw new NdrError(`${length} elements are expected, not ${value.length}`)
      writeElements(writer, element, value)
    }
  }
}

function readElements<T>(reader: NdrReader, element: Ndr<T>, count: number): T[] {
  reader.checkCount(count, 1)
  const elements: T[] = []
  for (let index = 0; index < count; index += 1) {
    element.read(reader, value => {
      elements[index] = value
    })
  }
  return elements
}

function writeElements<T>(writer: NdrWriter, element: Ndr<T>, values: readonly T[]): void {
  for (const value of values) element.write(writer, value)
}
