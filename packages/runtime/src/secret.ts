import { inspect } from 'node:util'

const shown = '[redacted]'

/** A credential. It prints as `[redacted]` wherever it is logged, inspected or turned into JSON or text. */
export class Secret {
  #value: string
  readonly #readAgain: () => string | undefined

  /** @param readAgain where the value comes from; undefined when it cannot be told now */
  constructor(value: string, readAgain: () => string | undefined = () => undefined) {
    this.#value = value
    this.#readAgain = readAgain
  }

  /** The value itself. Call it where the value is used, and keep the result nowhere. */
  reveal(): string {
    return this.#value
  }

  /**
   * The value as its file has it now, for a credential that may be replaced while the service runs. From a variable, and
   * while the file cannot be read, it is the one that was read last.
   */
  revealNewest(): string {
    this.#value = this.#readAgain() ?? this.#value
    return this.#value
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
