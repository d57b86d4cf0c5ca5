import { DeferredReferents } from './deferred.ts'
import { NdrError } from './type.ts'

const FIRST_REFERENT = 0x00020000
const REFERENT_STEP = 4

/** Writes a stub from its start. What it skips for alignment is zero. */
export class NdrWriter {
  readonly #maxBytes: number
  readonly #deferred: DeferredReferents
  #bytes = Buffer.alloc(256)
  #at = 0
  #nextReferent = FIRST_REFERENT

  constructor(maxBytes: number, maxPointerDepth: number) {
    this.#maxBytes = maxBytes
    this.#deferred = new DeferredReferents(maxPointerDepth)
  }

  align(alignment: number): void {
    const over = this.#at % alignment
    if (over !== 0) this.#grow(alignment - over)
  }

  uint8(value: number): void {
    const at = this.#grow(1)
    this.#bytes.writeUInt8(value, at)
  }

  uint16(value: number): void {
    this.align(2)
    const at = this.#grow(2)
    this.#bytes.writeUInt16LE(value, at)
  }

  uint32(value: number): void {
    this.align(4)
    const at = this.#grow(4)
    this.#bytes.writeUInt32LE(value, at)
  }

  uint64(value: bigint): void {
    this.align(8)
    const at = this.#grow(8)
    this.#bytes.writeBigUInt64LE(value, at)
  }

  bytes(value: Uint8Array): void {
    const at = this.#grow(value.length)
    this.#bytes.set(value, at)
  }

  /** An id that no other pointer of this stub has. */
  referent(): number {
    const id = this.#nextReferent
    this.#nextReferent += REFERENT_STEP
    return id
  }

  defer(write: () => void): void {
    this.#deferred.add(write)
  }

  settle(): void {
    this.#deferred.settle()
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  /** The offset before the step. */
  #grow(length: number): number {
    const from = this.#at
    const needed = from + length
    if (needed > this.#maxBytes) throw new NdrError(`the stub is longer than ${this.#maxBytes} bytes`)
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#at = needed
    return from
  }
}
