import { inspect } from 'node:util'

const shown = '[secret]'

/**
 * The NT hash of one person. It prints as `[secret]` wherever it is logged, inspected or turned into JSON or text, and
 * cannot be copied to another thread as it is.
 */
export class NtHash {
  readonly #bytes: Buffer

  /** @param bytes 16 of them. They belong to this object from now on. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Moves the hash: it is in the target then, and here no more. */
  moveTo(target: Uint8Array): void {
    target.set(this.#bytes)
    this.forget()
  }

  forget(): void {
    this.#bytes.fill(0)
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}
