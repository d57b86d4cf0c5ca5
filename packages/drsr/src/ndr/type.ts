import type { NdrReader } from './reader.ts'
import type { NdrWriter } from './writer.ts'

/**
 * How one type stands in a stub: NDR, transfer syntax 2.0, little endian (C706 chapter 14).
 * Declare types with the functions of this folder; only they implement this.
 */
export interface Ndr<T> {
  /** In bytes: 1, 2, 4 or 8. */
  readonly alignment: number
  /**
   * Only on conformant arrays and on structures that end with one: how many elements the value has. That
   * count stands before the outermost structure (C706 section 14.3.7.1).
   */
  conformance?(this: void, value: T): number
  /**
   * Reads what stands here and gives it to `assign`; what a pointer points to comes later, through a second
   * call of the pointer's `assign`. `maxCount`: the count that the outer structure has read.
   */
  read(reader: NdrReader, assign: (value: T) => void, maxCount?: number): void
  /** `hoisted`: the outer structure has written the count. */
  write(writer: NdrWriter, value: T, hoisted?: boolean): void
}

/** The TypeScript type of what an `Ndr` reads and writes. */
export type Value<N> = N extends Ndr<infer T> ? T : never

/** Members of a structure or parameters of an operation, in their order on the wire. */
export type Fields = Readonly<Record<string, Ndr<unknown>>>

export type Values<F extends Fields> = { readonly [K in keyof F]: Value<F[K]> }

/** The bytes cannot be what was declared, or the value cannot be written as declared. */
export class NdrError extends Error {
  override readonly name = 'NdrError'
}
