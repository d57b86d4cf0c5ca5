import { createHash } from 'node:crypto'

/** PostgreSQL's indexes refuse entries of more than about 2,700 bytes. */
const mostBytes = 1_000
const beginning = 100

/** A text to be looked up by an index. One that is too long stands there as its beginning and its hash. */
export function shortKey(text: string): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  return `${text.slice(0, beginning).toWellFormed()}…${createHash('sha256').update(text).digest('base64')}`
}
