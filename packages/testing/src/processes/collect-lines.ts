import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface Lines {
  /** The newest lines, oldest first. */
  all(): readonly string[]
  /** Calls `listener` for each line from now on; returns the function that ends it. */
  listen(listener: (line: string) => void): () => void
}

/** Reads a stream to its end (a full pipe would stop its writer) and keeps the last `limit` lines. */
export function collectLines(stream: Readable, limit = 5000): Lines {
  const kept: string[] = []
  const listeners = new Set<(line: string) => void>()
  createInterface({ input: stream }).on('line', line => {
    kept.push(line)
    if (kept.length > limit) kept.splice(0, kept.length - limit)
    for (const listener of listeners) listener(line)
  })
  return {
    all: () => kept,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
