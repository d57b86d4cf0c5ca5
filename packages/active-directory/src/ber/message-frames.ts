import { contentLength, headerLength } from './header.ts'
import { MalformedMessageError } from './malformed-message-error.ts'
import { berTag } from './tags.ts'

const EMPTY = Buffer.alloc(0)

/** A group of 250,000 members in one entry is about 60 MB; four times that is not an answer but an attack. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

/**
 * Cuts a stream of bytes into whole LDAP messages. A message that lies in one chunk is not copied;
 * one that spans chunks is copied once, however many chunks it spans.
 */
export class MessageFrames {
  #chunks: Buffer[] = []
  #buffered = 0
  /** Bytes of the message at the front; zero while its header has not arrived. */
  #wanted = 0

  /** True when no part of a message is waiting for its rest. */
  get empty(): boolean {
    return this.#buffered === 0
  }

  /**
   * Calls `onMessage` for each message that is complete now, in order.
   * @throws MalformedMessageError when the bytes are no LDAP messages
   */
  push(chunk: Buffer, onMessage: (message: Buffer) => void): void {
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    if (this.#buffered < this.#wanted) return

    const bytes = this.#take()
    let offset = 0
    while (offset < bytes.length) {
      const size = messageSize(bytes, offset)
      this.#wanted = size ?? 0
      if (size === undefined || bytes.length - offset < size) break
      onMessage(bytes.subarray(offset, offset + size))
      this.#wanted = 0
      offset += size
    }
    if (offset < bytes.length) this.#keep(bytes.subarray(offset))
  }

  #take(): Buffer {
    const [only] = this.#chunks
    const bytes = this.#chunks.length === 1 ? (only ?? EMPTY) : Buffer.concat(this.#chunks, this.#buffered)
    this.#chunks = []
    this.#buffered = 0
    return bytes
  }

  #keep(rest: Buffer): void {
    this.#chunks = [rest]
    this.#buffered = rest.length
  }
}

function messageSize(bytes: Buffer, offset: number): number | undefined {
  if (bytes[offset] !== berTag.sequence) throw new MalformedMessageError('a message must be a SEQUENCE')
  const header = headerLength(bytes, offset, bytes.length)
  if (header === undefined) return undefined
  const size = header + contentLength(bytes, offset)
  if (size > MAX_MESSAGE_BYTES) throw new MalformedMessageError(`a message of ${size} bytes is too large`)
  return size
}
