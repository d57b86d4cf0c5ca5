const FILETIME_TO_UNIX_MS = 11_644_473_600_000n
const TICKS_PER_MS = 10_000n
/** "Never", beside zero, in accountExpires and its like (MS-ADA1 section 2.1). */
const NEVER = 0x7fff_ffff_ffff_ffffn

/**
 * A FILETIME attribute (pwdLastSet, accountExpires, …): 100 ns steps since 1601 as decimal text (MS-DTYP 2.3.3).
 * `undefined` for zero and for "never", and for a text that is no number.
 */
export function fileTimeToDate(value: string): Date | undefined {
  if (!/^\d{1,20}$/.test(value)) return undefined
  const ticks = BigInt(value)
  if (ticks === 0n || ticks >= NEVER) return undefined
  const date = new Date(Number(ticks / TICKS_PER_MS - FILETIME_TO_UNIX_MS))
  return Number.isNaN(date.getTime()) ? undefined : date
}

export function dateToFileTime(date: Date): string {
  return String((BigInt(date.getTime()) + FILETIME_TO_UNIX_MS) * TICKS_PER_MS)
}

/** A GeneralizedTime attribute (whenCreated, …) in the form that Active Directory writes: `20261122175600.0Z`. */
export function generalizedTimeToDate(value: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3})\d*)?Z$/.exec(value)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = ''] = parts
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
