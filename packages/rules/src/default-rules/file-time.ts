import type { DirectoryValues } from '../attribute-flow.ts'
import { integer } from '../values.ts'

/** 1 January 1601 to 1 January 1970, and how many of AD's units a millisecond has (MS-DTYP 2.3.3). */
const epochDifferenceMs = 11_644_473_600_000n
const unitsInMs = 10_000n
const latestMs = 253_402_300_799_999n

/** A point in time of AD as Entra Connect writes it: `20260131235959.0Z`. Zero is "never". */
export function fileTime(values: DirectoryValues): string | undefined {
  const units = integer(values)
  if (units === undefined || units <= 0n) return undefined
  const sinceEpochMs = units / unitsInMs - epochDifferenceMs
  if (sinceEpochMs > latestMs) return undefined
  const digits = new Date(Number(sinceEpochMs)).toISOString().replace(/\D/g, '')
  return `${digits.slice(0, 14)}.0Z`
}
