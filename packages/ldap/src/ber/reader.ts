import { MalformedMessageError } from '../errors.ts'
import { contentLength, headerLength } from './header.ts'
import { berTag } from './tags.ts'

/**
 * Reads one complete message front to back. It copies nothing: octet strings are views of the message.
 * Every method throws MalformedMessageError when the bytes are not what it expects.
 */
export class BerReader {
  readonly bytes: Buffer
  offset = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** The next tag, or -1 at the end of the message. */
  peek(): number {
    return this.bytes[this.offset] ?? -1
  }

  /** Passes the header of a constructed value and returns the offset where its content ends. */
  enter(tag: number): number {
    if (this.peek() !== tag) {
      throw new MalformedMessageError(
        `expected tag 0x${tag.toString(16)}, found 0x${this.peek().toString(16)}`
      )
    }
    return this.#passHeader()
  }

  /** True while content remains before `end`; a value that reached over `end` is malformed. */
  within(end: number): boolean {
    if (this.offset > end) throw new MalformedMessageError('a value is longer than what contains it')
    return this.offset < end
  }

  skip(): void {
    this.offset = this.#passHeader()
  }

  octets(tag: number = berTag.octetString): Buffer {
    const end = this.enter(tag)
    const value = this.bytes.subarray(this.offset, end)
    this.offset = end
    return value
  }

  text(tag: number = berTag.octetString): string {
    const end = this.enter(tag)
    const value = this.bytes.toString('utf8', this.offset, end)
    this.offset = end
    return value
  }

  /** Two's complement of at most four octets, which is all that LDAP needs. */
  integer(tag: number = berTag.integer): number {
    const end = this.enter(tag)
    const length = end - this.offset
    if (length < 1 || length > 4) throw new MalformedMessageError(`an integer of ${length} octets`)
    const value = this.bytes.readIntBE(this.offset, length)
    this.offset = end
    return value
  }

  boolean(): boolean {
    const end = this.enter(berTag.boolean)
    const value = this.bytes[this.offset] !== 0
    this.offset = end
    return value
  }

  #passHeader(): number {
    const header = headerLength(this.bytes, this.offset, this.bytes.length)
    if (header === undefined) throw new MalformedMessageError('the message ends inside a header')
    const end = this.offset + header + contentLength(this.bytes, this.offset)
    if (end > this.bytes.length) throw new MalformedMessageError('a value is longer than its message')
    this.offset += header
    return end
  }
}
