import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'

export interface WaitOptions {
  /** 10 s unless told otherwise. */
  readonly timeoutMs?: number
  /** How often to look; 25 ms unless told otherwise. */
  readonly everyMs?: number
  /** What is waited for, for the message: `Ada in the tenant`. */
  readonly describe?: string
}

/**
 * Calls `look` until it returns something other than `undefined`, `null` or `false`, and returns that.
 * An exception counts as "not yet".
 * @throws Error after `timeoutMs`, telling what was last seen.
 */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25, describe = 'the condition' }: WaitOptions = {}
): Promise<Exclude<Awaited<T>, undefined | null | false>> {
  const endsAt = performance.now() + timeoutMs
  for (;;) {
    const seen = await attempt(look)
    if ('value' in seen && isThere(seen.value)) return seen.value
    if (performance.now() > endsAt)
      throw new Error(timeoutMessage(describe, timeoutMs, seen), { cause: seen.error })
    await delay(everyMs)
  }
}

interface Seen<T> {
  readonly value?: T
  readonly error?: unknown
}

async function attempt<T>(look: () => T | Promise<T>): Promise<Seen<Awaited<T>>> {
  try {
    return { value: await look() }
  } catch (error) {
    return { error }
  }
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false> {
  return value !== undefined && value !== null && value !== false
}

function timeoutMessage(describe: string, timeoutMs: number, { value, error }: Seen<unknown>): string {
  const last =
    error instanceof Error ? error.message : inspect(error ?? value, { depth: 4, breakLength: 110 })
  return `waited ${timeoutMs / 1000} s in vain for ${describe}; last seen: ${last}`
}
