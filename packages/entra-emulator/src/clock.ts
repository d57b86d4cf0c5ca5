/**
 * The tenant's time: creation times, the 30 days of the bin, the 7 days of a delta link, throttling windows.
 * Tokens do not follow it: they live by the machine's time, as the clients that cache them do.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Moves the tenant's time forward. */
  advance(ms: number): void
}

/** Follows the machine's time, plus whatever it was advanced by. */
export function movingClock(): Clock {
  let aheadMs = 0
  return {
    now: () => Date.now() + aheadMs,
    advance(ms) {
      aheadMs += ms
    }
  }
}

/** Stands still until it is advanced. */
export function fixedClock(start: string | number | Date = '2026-01-01T00:00:00Z'): Clock {
  let nowMs = new Date(start).getTime()
  if (Number.isNaN(nowMs))
    throw new TypeError(`The clock needs a time such as 2026-01-01T00:00:00Z, not ${String(start)}`)
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms
    }
  }
}

/** As Graph writes an `Edm.DateTimeOffset`: seconds, no fraction. */
export function graphDateTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
