import { DeferredReferents } from './deferred.ts'
import { type Ndr, NdrError } from './type.ts'

interface SharedReferent {
  readonly type: Ndr<unknown>
  value?: unknown
  complete: boolean
}

/**
 * Reads a stub from its start: alignment counts from there. Every element takes at least one byte, and
 * nothing is allocated by a count before it is compared with the bytes that are left, so a lying sender
 * costs time and memory in proportion to what it sent.
 */
export class NdrReader {
  readonly #bytes: Buffer
  readonly #deferred: DeferredReferents
  /** Full pointers by referent id: the same id again means the same thing (C706 section 14.3.10). */
  readonly #shared = new Map<number, SharedReferent>()
  #at = 0

  constructor(bytes: Buffer, maxPointerDepth: number) {
    this.#bytes = bytes
    this.#deferred = new DeferredReferents(maxPointerDepth)
  }

  get at(): number {
    return this.#at
  }

  align(alignment: number): void {
    const over = this.#at % alignment
    if (over !== 0) this.#advance(alignment - over)
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#advance(1))
  }

  uint16(): number {
    this.align(2)
    return this.#bytes.readUInt16LE(this.#advance(2))
  }

  uint32(): number {
    this.align(4)
    return this.#bytes.readUInt32LE(this.#advance(4))
  }

  uint64(): bigint {
    this.align(8)
    return this.#bytes.readBigUInt64LE(this.#advance(8))
  }

  /** A view of the stub, not a copy. */
  bytes(length: number): Buffer {
    const from = this.#advance(length)
    return this.#bytes.subarray(from, from + length)
  }

  /**
   * The number of elements that follow, each of `elementBytes` or more.
   * @throws NdrError when so many cannot be there
   */
  count(elementBytes: number): number {
    const count = this.uint32()
    this.checkCount(count, elementBytes)
    return count
  }

  checkCount(count: number, elementBytes: number): void {
    const left = this.#bytes.length - this.#at
    if (count * elementBytes > left) {
      throw new NdrError(`${count} elements are announced at byte ${this.#at}, but only ${left} bytes follow`)
    }
  }

  /** What a pointer points to, read when its turn comes. */
  defer(read: () => void): void {
    this.#deferred.add(read)
  }

  /** As `defer`, for a full pointer. @throws NdrError when it points back to what holds it, or to another type */
  deferShared<T>(id: number, type: Ndr<T>, assign: (value: T) => void): void {
    const known = this.#shared.get(id)
    if (known === undefined) {
      const referent: SharedReferent = { type, complete: false }
      this.#shared.set(id, referent)
      this.defer(() => {
        type.read(this, value => {
          referent.value = value
          assign(value)
        })
        // Runs when everything below has been read, because it is deferred last.
        this.defer(() => {
          referent.complete = true
        })
      })
      return
    }
    this.defer(() => {
      if (!known.complete) throw new NdrError(`pointer ${id} leads back to what holds it`)
      if (known.type !== type) throw new NdrError(`pointer ${id} is used for two types`)
      assign(known.value as T)
    })
  }

  settle(): void {
    this.#deferred.settle()
  }

  /** The offset before the step. */
  #advance(length: number): number {
    const from = this.#at
    if (length > this.#bytes.length - from) {
      throw new NdrError(`${length} bytes are needed at byte ${from}, but the stub has ${this.#bytes.length}`)
    }
    this.#at = from + length
    return from
  }
}
