import type { WireAttribute } from './changes-reply.ts'
import { MalformedReplyError } from './malformed-reply-error.ts'

/** The values as bytes. Null pointers and counts that do not fit are errors. */
export function valuesOf({ count, values }: WireAttribute): Buffer[] {
  if (count !== (values?.length ?? 0)) {
    throw new MalformedReplyError(`an attribute announces ${count} values and has ${values?.length ?? 0}`)
  }
  return (values ?? []).map(({ length, bytes }) => {
    if (length !== (bytes?.length ?? 0)) {
      throw new MalformedReplyError(`a value announces ${length} bytes and has ${bytes?.length ?? 0}`)
    }
    return bytes ?? Buffer.alloc(0)
  })
}

/** The first value; null when there is none. */
export function firstOf(values: readonly Buffer[]): Buffer | null {
  return values[0] ?? null
}

/** Integer and Boolean (MS-DRSR section 5.16.1). */
export function readInteger(values: readonly Buffer[]): number | null {
  const value = firstOf(values)
  return value === null ? null : sized(value, 4).readInt32LE()
}

/** LargeInteger. */
export function readLargeInteger(values: readonly Buffer[]): bigint | null {
  const value = firstOf(values)
  return value === null ? null : sized(value, 8).readBigInt64LE()
}

/** String(Unicode). */
export function readText(values: readonly Buffer[]): string | null {
  return firstOf(values)?.toString('utf16le') ?? null
}

/** String(Object-Identifier): ATTIDs of the reply's own prefix table. */
export function readAttids(values: readonly Buffer[]): number[] {
  return values.map(value => sized(value, 4).readUInt32LE())
}

function sized(value: Buffer, bytes: number): Buffer {
  if (value.length !== bytes) {
    throw new MalformedReplyError(`a value of ${bytes} bytes was expected, not one of ${value.length}`)
  }
  return value
}
