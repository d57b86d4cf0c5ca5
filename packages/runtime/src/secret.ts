import { inspect } from 'node:util'

const shown = '[redacted]'

/** A credential. It prints as `[redacted]` wherever it is logged, inspected or turned into JSON or text. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. Call it where the value is used, and keep the result nowhere. */
  reveal(): string {
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
