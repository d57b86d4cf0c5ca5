import { createHash, timingSafeEqual } from 'node:crypto'
import { SetupError } from '@opendirsync/contracts'

export interface ApiKeys {
  /** The name of the caller whose key this is. It takes the same time whichever key matches, or none. */
  nameOf(presented: string): string | undefined
}

const shortestKey = 32

/**
 * Reads `name:key,name:key`. Only digests of the keys are kept.
 * @throws SetupError that names the entry, and never the key.
 */
export function readApiKeys(text: string): ApiKeys {
  const entries = text
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
  if (entries.length === 0) throw unusable('It holds no entry.')

  const digests = new Map<string, Buffer>()
  for (const [index, entry] of entries.entries()) {
    const { name, key } = splitEntry(entry, index + 1)
    if (digests.has(name)) throw unusable(`The name ${name} is there twice.`)
    digests.set(name, digestOf(key))
  }

  return {
    nameOf(presented) {
      const digest = digestOf(presented)
      let found: string | undefined
      for (const [name, known] of digests) if (timingSafeEqual(digest, known)) found = name
      return found
    }
  }
}

function splitEntry(entry: string, position: number): { name: string; key: string } {
  const [, name, key] = entry.match(/^([A-Za-z0-9._-]{1,64}):(.*)$/) ?? []
  if (name === undefined || key === undefined) {
    throw unusable(`Entry ${position} is not of the form name:key (letters, digits, dot, dash, underscore).`)
  }
  if (key.length < shortestKey) {
    throw unusable(
      `The key of ${name} is shorter than ${shortestKey} characters; make one with: openssl rand -hex 32`
    )
  }
  return { name, key }
}

function unusable(detail: string): SetupError {
  return new SetupError('api-keys', `API_KEYS is not usable. ${detail}`)
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
