import type { EmulatorOptions } from './emulator.ts'
import type { Range } from './random.ts'

export interface ConditionFlags {
  readonly throttling?: boolean | undefined
  readonly speed?: string | undefined
  readonly lag?: string | undefined
  readonly stale?: string | undefined
  readonly seed?: string | undefined
}

/**
 * What the command line says of throttling, lag and chance.
 * @throws RangeError that says how the flag is written
 */
export function conditionsOf({ throttling, speed, lag, stale, seed }: ConditionFlags): EmulatorOptions {
  return {
    ...((throttling || speed !== undefined) && {
      throttling: speed === undefined ? {} : { speed: positive('--speed', speed) }
    }),
    ...(lag !== undefined && { replicationLagMs: rangeOf('--lag', lag) }),
    ...(stale !== undefined && { staleReads: staleReadsOf(stale) }),
    ...(seed !== undefined && { seed: positive('--seed', seed) })
  }
}

function positive(flag: string, text: string): number {
  const number = Number(text)
  if (number > 0) return number
  throw new RangeError(`${flag} needs a number above 0, not ${text}`)
}

/** `500` or `0-5000`. */
function rangeOf(flag: string, text: string): Range {
  const [, min, max] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  if (min === undefined) throw new RangeError(`${flag} needs milliseconds such as 500 or 0-5000, not ${text}`)
  return max === undefined ? Number(min) : { min: Number(min), max: Number(max) }
}

/** `0.3:2000` or `0.3:0-5000`. */
function staleReadsOf(text: string): { share: number; forMs: Range } {
  const [share = '', forMs = ''] = text.split(':')
  if (share === '' || !(Number(share) >= 0 && Number(share) <= 1)) {
    throw new RangeError(`--stale needs a share and milliseconds such as 0.3:0-5000, not ${text}`)
  }
  return { share: Number(share), forMs: rangeOf('--stale', forMs) }
}
