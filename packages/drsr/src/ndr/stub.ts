import { NdrReader } from './reader.ts'
import type { Fields, Values } from './type.ts'
import { NdrWriter } from './writer.ts'

const MAX_STUB_BYTES = 16 * 1024 * 1024
/** More than the objects that one reply of replication links together. */
const MAX_POINTER_DEPTH = 100_000

/**
 * Reads the parameters of a call from its stub. Bytes after the last one are left alone: a stub may end
 * with padding.
 * @throws NdrError when the bytes cannot be these parameters
 */
export function decode<F extends Fields>(parameters: F, stub: Buffer): Values<F> {
  const reader = new NdrReader(stub, MAX_POINTER_DEPTH)
  const values: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(parameters)) {
    type.read(reader, value => {
      values[name] = value
    })
    // What a parameter points to stands before the next parameter.
    reader.settle()
  }
  return values as Values<F>
}

/** Writes the parameters of a call. @throws NdrError when a value is not as declared */
export function encode<F extends Fields>(parameters: F, values: Values<F>): Buffer {
  const writer = new NdrWriter(MAX_STUB_BYTES, MAX_POINTER_DEPTH)
  for (const [name, type] of Object.entries(parameters)) {
    type.write(writer, values[name])
    writer.settle()
  }
  return writer.finish()
}
