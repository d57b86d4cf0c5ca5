import { BinaryXmlError } from './binary-xml-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Takes values off the front of bytes that may lie. Every length is compared with what is there before it is used. */
export class ByteReader {
  readonly #bytes: Buffer
  #offset: number

  constructor(bytes: Buffer, offset = 0) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  get left(): number {
    return this.#bytes.length - this.#offset
  }

  /** A view, not a copy. @throws BinaryXmlError when so many are not there */
  take(length: number): Buffer {
    if (length > this.left) throw this.error('The bytes end too early')
    const from = this.#offset
    this.#offset += length
    return this.#bytes.subarray(from, this.#offset)
  }

  byte(): number {
    return this.take(1).readUInt8()
  }

  /** MultiByteInt31 (MC-NBFX section 2.1.2): seven bits in each byte, the lowest first. */
  multiByteInt31(): number {
    let value = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0x7fff_ffff) break
        return value
      }
    }
    throw this.error('A number is longer than 31 bits')
  }

  /** A length in four bytes is signed. */
  length32(): number {
    const length = this.take(4).readInt32LE()
    if (length < 0) throw this.error('A length is negative')
    return length
  }

  utf8(length: number): string {
    const bytes = this.take(length)
    try {
      return utf8.decode(bytes)
    } catch (cause) {
      throw this.error('A text is not valid UTF-8', cause)
    }
  }

  string(): string {
    return this.utf8(this.multiByteInt31())
  }

  error(message: string, cause?: unknown): BinaryXmlError {
    return new BinaryXmlError(message, this.#offset, cause === undefined ? {} : { cause })
  }
}
