/**
 * Dates as texts, without the machine's clock, time zone and language. Formats are those of .NET (custom date and time
 * format strings), which both of Microsoft's products use.
 */

const datePart = String.raw`(?:(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})|(?<month2>\d{1,2})/(?<day2>\d{1,2})/(?<year2>\d{4}))`
const timePart = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,7}))?)?(?: ?(?<half>[AP]M))?`
const offsetPart = String.raw`(?<offset>Z|[+-]\d{1,2}(?::?\d{2})?)`
const written = new RegExp(`^${datePart}(?:(?:T| +)${timePart})?(?: *${offsetPart})?$`, 'i')
/** MS-ADTS 3.1.1.2.2.2.4: GeneralizedTime as AD writes it. */
const generalized =
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?<hour>\d{2})(?<minute>\d{2})(?<second>\d{2})(?:\.(?<fraction>\d{1,7}))?(?<offset>Z)$/

export interface DateParts {
  year?: number
  month?: number
  day?: number
  hour?: number
  minute?: number
  second?: number
  millisecond?: number
  /** For hours from 1 to 12. */
  half?: 'AM' | 'PM'
  offsetMinutes?: number
}

/** `2030-12-31`, `2030-12-31T23:59:00-08:00`, `12/31/2030 11:59 PM -8`, or AD's `20301231235900.0Z`. */
export function parseDate(text: string): Date | undefined {
  const trimmed = text.trim()
  const groups =
    trimmed.length > 64 ? undefined : (written.exec(trimmed) ?? generalized.exec(trimmed))?.groups
  if (groups === undefined) return undefined
  const parts: DateParts = {
    year: Number(groups.year ?? groups.year2),
    month: Number(groups.month ?? groups.month2),
    day: Number(groups.day ?? groups.day2),
    hour: Number(groups.hour ?? 0),
    minute: Number(groups.minute ?? 0),
    second: Number(groups.second ?? 0),
    millisecond: millisecondsOf(groups.fraction ?? ''),
    offsetMinutes: minutesOf(groups.offset ?? 'Z')
  }
  if (groups.half !== undefined) parts.half = groups.half.toUpperCase() === 'AM' ? 'AM' : 'PM'
  return dateOf(parts)
}

export function millisecondsOf(fraction: string): number {
  return Number(fraction.padEnd(3, '0').slice(0, 3))
}

/** `Z`, `-8`, `+02:00`, `+0200`. */
export function minutesOf(offset: string): number {
  if (/^z$/i.test(offset)) return 0
  const sign = offset.startsWith('-') ? -1 : 1
  const [, hours = '0', minutes = '0'] = /^[+-](\d{1,2}):?(\d{2})?$/.exec(offset) ?? []
  return sign * (Number(hours) * 60 + Number(minutes))
}

/** Undefined when there is no such point in time, as 31 February. */
export function dateOf(parts: DateParts): Date | undefined {
  const { year = 1, month = 1, day = 1, minute = 0, second = 0, millisecond = 0, offsetMinutes = 0 } = parts
  const hour = hourOf(parts)
  const isTime = hour !== undefined && minute < 60 && second < 60 && Math.abs(offsetMinutes) <= 14 * 60
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
  return isTime && isDay
    ? dateAt(
        utc(year, month, day) + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1_000 + millisecond
      )
    : undefined
}

function hourOf({ hour = 0, half }: DateParts): number | undefined {
  if (half === undefined) return hour < 24 ? hour : undefined
  return hour >= 1 && hour <= 12 ? (hour % 12) + (half === 'PM' ? 12 : 0) : undefined
}

export function daysIn(year: number, month: number): number {
  return new Date(utc(year, month + 1, 1) - 86_400_000).getUTCDate()
}

/** Midnight, in milliseconds since 1970. Months may run over the year's end. */
export function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day)
}

/** Within the years 1 to 9999, which .NET's DateTime has. */
export function dateAt(epochMs: number): Date | undefined {
  return epochMs >= firstMs && epochMs <= lastMs ? new Date(epochMs) : undefined
}

const firstMs = utc(1, 1, 1)
const lastMs = utc(10_000, 1, 1) - 1

/** As Cloud Sync turns a date into text: `M/d/yyyy h:mm:ss tt`. */
export function dateText(date: Date): string {
  const hour = date.getUTCHours()
  const time = [hour % 12 === 0 ? 12 : hour % 12, two(date.getUTCMinutes()), two(date.getUTCSeconds())]
  const day = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCFullYear()]
  return `${day.join('/')} ${time.join(':')} ${hour < 12 ? 'AM' : 'PM'}`
}

export function two(number: number): string {
  return String(number).padStart(2, '0')
}
