/** Bytes that grow. What is outgrown is overwritten, since it may hold a secret. */
export class ByteWriter {
  #bytes = Buffer.alloc(1_024)
  #length = 0

  /** A view: overwriting it leaves nothing behind. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Room for so many more bytes, to be filled by the caller. */
  room(length: number): Buffer {
    const from = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, from)
      this.#bytes.fill(0)
      this.#bytes = larger
    }
    return this.#bytes.subarray(from, this.#length)
  }

  byte(value: number): void {
    this.room(1).writeUInt8(value)
  }

  bytes(value: Uint8Array): void {
    this.room(value.length).set(value)
  }

  multiByteInt31(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80)
    this.byte(rest)
  }

  string(value: string): void {
    const bytes = utf8(value)
    this.multiByteInt31(bytes.length)
    this.bytes(bytes)
  }
}

/** @throws RangeError when half of a pair of surrogates stands alone: UTF-8 has no bytes for it */
export function utf8(value: string): Buffer {
  if (!value.isWellFormed())
    throw new RangeError('A text with half a pair of surrogates cannot be written as UTF-8.')
  return Buffer.from(value, 'utf8')
}
