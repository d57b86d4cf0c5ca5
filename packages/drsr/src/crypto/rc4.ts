/**
 * The RC4 key stream, which OpenSSL 3 no longer offers. It encrypts and decrypts alike, and goes on where the last
 * call ended.
 */
export class Rc4 {
  readonly #state = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
  #i = 0
  #j = 0

  /** @param key 1 to 256 bytes */
  constructor(key: Uint8Array) {
    if (key.length === 0 || key.length > 256) throw new RangeError('An RC4 key has 1 to 256 bytes')
    let j = 0
    for (let i = 0; i < 256; i++) {
      j = (j + this.#at(i) + (key[i % key.length] ?? 0)) & 0xff
      this.#swap(i, j)
    }
  }

  /** Changes `data` in place and returns it. */
  apply(data: Buffer): Buffer {
    for (let at = 0; at < data.length; at++) {
      this.#i = (this.#i + 1) & 0xff
      this.#j = (this.#j + this.#at(this.#i)) & 0xff
      this.#swap(this.#i, this.#j)
      data[at] = (data[at] ?? 0) ^ this.#at((this.#at(this.#i) + this.#at(this.#j)) & 0xff)
    }
    return data
  }

  /** Overwrites the state, from which the key stream could be told. What `apply` gives from then on is worthless. */
  destroy(): void {
    this.#state.fill(0)
  }

  #at(index: number): number {
    return this.#state[index] ?? 0
  }

  #swap(i: number, j: number): void {
    const held = this.#at(i)
    this.#state[i] = this.#at(j)
    this.#state[j] = held
  }
}

/** A copy of `data` under a key that is used once. */
export function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const cipher = new Rc4(key)
  const result = cipher.apply(Buffer.from(data))
  cipher.destroy()
  return result
}
