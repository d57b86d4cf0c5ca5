import { MalformedMessageError } from '../errors.ts'
import { contentLength, headerLength } from './header.ts'
import { berTag } from './tags.ts'

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
    if (this.#buffered + chunk.length < this.#wanted) {
      this.#chunks.push(chunk)
      this.#buffered += chunk.length
      return
    }
    let bytes = chunk
    let offset = 0
    if (this.#wanted > 0) {
      // Only the message that began in an earlier chunk is copied, not what follows it.
      offset = this.#wanted - this.#buffered
      onMessage(this.#take(chunk.subarray(0, offset)))
    } else if (this.#buffered > 0) bytes = this.#take(chunk)
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

  /** What was kept, with `end` after it. */
  #take(end: Buffer): Buffer {
    const bytes = Buffer.concat([...this.#chunks, end], this.#buffered + end.length)
    this.#chunks = []
    this.#buffered = 0
    this.#wanted = 0
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
