import type { Path } from '@opendirsync/located-yaml'
import { closest } from '../expressions/closest.ts'
import type { RuleFault } from './fault.ts'
import type { LocatedFile } from './located-file.ts'

/** A place in the file and what stands there. Reads it, and notes what is wrong instead of stopping. */
export class Reader {
  readonly value: unknown
  readonly path: Path
  readonly #yaml: LocatedFile
  readonly #faults: RuleFault[]

  constructor(yaml: LocatedFile, faults: RuleFault[], value: unknown = yaml.value, path: Path = []) {
    this.#yaml = yaml
    this.#faults = faults
    this.value = value
    this.path = path
  }

  /** Notes a fault at the value. @param within behind so many characters of it */
  refuse(message: string, within?: number): undefined {
    this.#faults.push(this.#yaml.fault(this.path, message, within === undefined ? {} : { within }))
    return undefined
  }

  refuseKey(key: string, message: string): undefined {
    this.#faults.push(this.#yaml.fault([...this.path, key], message, { key: true }))
    return undefined
  }

  /** The fields of a map. Undefined when it is none; keys that are not known are faults. */
  fields<Key extends string>(keys: readonly Key[], required: readonly Key[] = []): Fields<Key> | undefined {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.refuse(`Here stands a map with ${keys.join(', ')}.`)
    }
    const found = new Map<string, unknown>(Object.entries(value))
    const meant = [...found.keys()].flatMap(key => this.#meantBy(key, keys) ?? [])
    for (const key of required)
      if (!isThere(found.get(key)) && !meant.includes(key)) this.refuse(`${key} is missing.`)
    return {
      isMeant: key => meant.includes(key),
      at: key => this.#inner(key, found.get(key)),
      has: key => isThere(found.get(key)),
      optional: key => (isThere(found.get(key)) ? this.#inner(key, found.get(key)) : undefined)
    }
  }

  /** Refuses a key that is not known, and gives the one that was probably meant. */
  #meantBy<Key extends string>(written: string, keys: readonly Key[]): string | undefined {
    if (keys.some(known => known === written)) return undefined
    const meant = closest(written, keys)
    return (
      this.refuseKey(
        written,
        `"${written}" is not known here. ${meant === undefined ? `There are ${keys.join(', ')}.` : `Did you mean ${meant}?`}`
      ) ?? meant
    )
  }

  /** The elements of a list of so many. Undefined when it is none. */
  elements(what: string, most: number): readonly Reader[] | undefined {
    const { value } = this
    if (!Array.isArray(value)) return this.refuse(`Here stands a list of ${what}.`)
    if (value.length > most) return this.refuse(`There are more than ${most} ${what}.`)
    return value.map((element: unknown, index) => this.#inner(index, element))
  }

  text(what: string, most = 256): string | undefined {
    const { value } = this
    if (typeof value !== 'string' || value.trim() === '')
      return this.refuse(`Here stands ${what}, as a text.`)
    return value.length > most ? this.refuse(`This is longer than ${most} characters.`) : value
  }

  oneOf<const Word extends string>(words: readonly Word[]): Word | undefined {
    const word = words.find(known => known === this.value)
    if (word !== undefined) return word
    const written = String(this.value)
    const meant = closest(written, words)
    return this.refuse(
      meant === undefined
        ? `Here stands one of ${words.join(', ')}.`
        : `${written} is not known. Did you mean ${meant}?`
    )
  }

  integer(least: number, most: number): number | undefined {
    const { value } = this
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    return this.refuse(`Here stands a whole number from ${least} to ${most}.`)
  }

  boolean(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : this.refuse('Here stands true or false.')
  }

  #inner(key: string | number, value: unknown): Reader {
    return new Reader(this.#yaml, this.#faults, value, [...this.path, key])
  }
}

export interface Fields<Key extends string> {
  at(key: Key): Reader
  has(key: Key): boolean
  /** It is missing, and another one is misspelt. */
  isMeant(key: Key): boolean
  optional(key: Key): Reader | undefined
}

/** An empty field in YAML is null. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}
