import type { ObjectGuid } from '@opendirsync/contracts'

const wordsPerGuid = 4
const firstCapacity = 1_024

export interface GuidLine {
  /** The line that the GUID was first added with. */
  readonly line: number
  /** How often it was added after that. */
  readonly repeats: number
}

/**
 * Which line a GUID was first seen in. Open addressing in typed arrays: 24 bytes for a slot, so that a file of
 * 500,000 people takes 25 MB; as a Map of texts it would be several times that.
 */
export class GuidLines {
  #words = new Uint32Array(firstCapacity * wordsPerGuid)
  /** Zero: the slot is free. */
  #lines = new Uint32Array(firstCapacity)
  #repeats = new Uint32Array(firstCapacity)
  #size = 0
  readonly #wanted = new Uint32Array(wordsPerGuid)
  /** So that a file cannot be made whose GUIDs all fall together. */
  readonly #seed = Math.trunc(Math.random() * 0xffff_ffff)

  get size(): number {
    return this.#size
  }

  /**
   * @param line above zero
   * @returns the line that the GUID was added with before; undefined when it is new
   */
  add(guid: ObjectGuid, line: number): number | undefined {
    if (this.#size * 2 >= this.#lines.length) this.#grow()
    const words = this.#wanted
    toWords(guid, words)
    const slot = this.#slotOf(words)
    const before = this.#lines[slot]
    if (before !== undefined && before !== 0) {
      this.#repeats[slot] = (this.#repeats[slot] ?? 0) + 1
      return before
    }
    this.#words.set(words, slot * wordsPerGuid)
    this.#lines[slot] = line
    this.#size += 1
    return undefined
  }

  /** Those that the other table does not have, by line. */
  missingFrom(other: GuidLines): GuidLine[] {
    const missing: GuidLine[] = []
    for (const [slot, line] of this.#lines.entries()) {
      if (line === 0 || other.#hasWords(this.#wordsAt(slot))) continue
      missing.push({ line, repeats: this.#repeats[slot] ?? 0 })
    }
    return missing.sort((one, another) => one.line - another.line)
  }

  #hasWords(words: Uint32Array): boolean {
    return this.#lines[this.#slotOf(words)] !== 0
  }

  #wordsAt(slot: number): Uint32Array {
    return this.#words.subarray(slot * wordsPerGuid, (slot + 1) * wordsPerGuid)
  }

  /** Where it is, or where it would be put. */
  #slotOf(words: Uint32Array): number {
    const mask = this.#lines.length - 1
    let slot = this.#hash(words) & mask
    while (this.#lines[slot] !== 0 && !this.#holds(slot, words)) slot = (slot + 1) & mask
    return slot
  }

  #holds(slot: number, words: Uint32Array): boolean {
    const at = slot * wordsPerGuid
    return words.every((word, index) => this.#words[at + index] === word)
  }

  /** The mixing steps of MurmurHash3 (x86, 32 bits), which are free for any use. */
  #hash(words: Uint32Array): number {
    let mixed = this.#seed
    for (const word of words) {
      const turned = Math.imul(word, 0xcc9e2d51)
      mixed ^= Math.imul((turned << 15) | (turned >>> 17), 0x1b873593)
      mixed = Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64
    }
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    return mixed ^ (mixed >>> 13)
  }

  #grow(): void {
    const [words, lines, repeats] = [this.#words, this.#lines, this.#repeats]
    const capacity = lines.length * 2
    this.#words = new Uint32Array(capacity * wordsPerGuid)
    this.#lines = new Uint32Array(capacity)
    this.#repeats = new Uint32Array(capacity)
    for (const [slot, line] of lines.entries()) {
      if (line === 0) continue
      const moved = words.subarray(slot * wordsPerGuid, (slot + 1) * wordsPerGuid)
      const place = this.#slotOf(moved)
      this.#words.set(moved, place * wordsPerGuid)
      this.#lines[place] = line
      this.#repeats[place] = repeats[slot] ?? 0
    }
  }
}

/** @param words is filled */
function toWords(guid: ObjectGuid, words: Uint32Array): void {
  words[0] = Number.parseInt(guid.slice(0, 8), 16)
  words[1] = Number.parseInt(guid.slice(9, 13) + guid.slice(14, 18), 16)
  words[2] = Number.parseInt(guid.slice(19, 23) + guid.slice(24, 28), 16)
  words[3] = Number.parseInt(guid.slice(28), 16)
}
