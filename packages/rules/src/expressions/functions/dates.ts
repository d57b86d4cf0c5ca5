import { formatDate, parseByFormat } from '../date-format.ts'
import { dateAt, daysIn, utc } from '../dates.ts'
import { ExpressionError, UnusableExpressionError } from '../fault.ts'
import { define, type ExpressionFunction, eager } from '../function.ts'
import { lift } from '../lift.ts'
import { isList, type Operand, shown, toDate, toText } from '../values.ts'

const date = (name: string) => ({ name, kind: 'date' }) as const
const intervals = ['yyyy', 'q', 'm', 'y', 'd', 'w', 'ww', 'h', 'n', 's']
const interval = { name: 'interval', kind: 'word', words: intervals } as const

/** Windows counts 100 nanoseconds since 1601 (MS-DTYP 2.3.3). */
const ticksPerMs = 10_000n
const windowsEpochMs = 11_644_473_600_000n

export const dateFunctions: readonly ExpressionFunction[] = [
  define({
    name: 'CDate',
    parameters: [date('text')],
    returns: 'date',
    description:
      'A date, made of a text: `2030-12-31`, `2030-12-31T23:59:00-08:00`, `12/31/2030 11:59 PM`, `20301231235900.0Z`.',
    page: 'both',
    apply: value => value
  }),
  define({
    name: 'DateFromNum',
    parameters: [{ name: 'number', kind: 'number' }],
    returns: 'date',
    description: "A date, made of AD's number, as `pwdLastSet` has it.",
    page: 'both',
    apply: number => required(dateAt(Number(number / ticksPerMs - windowsEpochMs)))
  }),
  define({
    name: 'NumFromDate',
    parameters: [date('date')],
    returns: 'number',
    description: "AD's number of a date.",
    page: 'both',
    apply: value => (BigInt(value.getTime()) + windowsEpochMs) * ticksPerMs
  }),
  define({
    name: 'DateAdd',
    parameters: [interval, { name: 'number', kind: 'number' }, date('date')],
    returns: 'date',
    description:
      'A later date, or an earlier one with a negative number: `yyyy` years, `q` quarters, `m` months, `d` (or `y`, `w`) days, `ww` weeks, `h` hours, `n` minutes, `s` seconds.',
    page: 'both',
    apply: (unit, number, value) => required(added(unit, number, value))
  }),
  define({
    name: 'DateDiff',
    parameters: [interval, date('first'), date('second')],
    returns: 'number',
    description:
      'How far the second date is after the first one. Years, quarters and months are counted by the calendar, weeks by their Sundays, the others in full.',
    page: 'Cloud Sync',
    apply: (unit, first, second) => BigInt(difference(unit, first, second))
  }),
  {
    name: 'FormatDateTime',
    call: ['FormatDateTime(date, format)', 'FormatDateTime(text, , inputFormat, outputFormat)'],
    parameters: [
      { name: 'date', kind: 'any' },
      { name: 'format', kind: 'text', optional: true },
      { name: 'inputFormat', kind: 'text', optional: true },
      { name: 'outputFormat', kind: 'text', optional: true }
    ],
    returns: 'text',
    description:
      'A date as text, by a format of .NET: `yyyy-MM-dd HH:mm:ss`. In UTC and English. The long form reads a text by one format and writes it by another.',
    page: 'both',
    compile: ({ arguments: given, offset }) => {
      const [, format, , output] = given
      if (given.length > 2 ? format !== undefined || output === undefined : format === undefined) {
        throw new UnusableExpressionError(
          offset,
          'Write FormatDateTime(date, "format") or FormatDateTime(text, , "input format", "output format"); the second argument stays empty in the long form.'
        )
      }
      return { run: eager(given, operands => lift(operands, () => false, formatted)) }
    }
  }
]

function formatted([value = null, format = null, input, output]: readonly (Operand | undefined)[]): Operand {
  if (isList(value) || value === null || value === '') return null
  if (output === undefined || input === undefined) return formatBy(toDate(value), single(format))
  const found = parseByFormat(toText(value), single(input))
  if (found === undefined)
    throw new ExpressionError(`${shown(value)} is not a date of the format ${single(input)}.`)
  return formatBy(found, single(output))
}

function formatBy(value: Date | null, format: string): string | null {
  if (format.length > 100) throw new ExpressionError('A format has at most 100 characters.')
  return value === null ? null : formatDate(value, format)
}

function single(operand: Operand): string {
  return isList(operand) ? '' : toText(operand)
}

function required(value: Date | undefined): Date {
  if (value !== undefined) return value
  throw new ExpressionError('The date lies outside of the years 1 to 9999.')
}

const monthsOf: Readonly<Record<string, number>> = { yyyy: 12, q: 3, m: 1 }
const msOf: Readonly<Record<string, number>> = {
  y: 86_400_000,
  d: 86_400_000,
  w: 86_400_000,
  ww: 604_800_000,
  h: 3_600_000,
  n: 60_000,
  s: 1_000
}

/** A month later than the 31st is the last day of a shorter month. */
function added(unit: string, number: bigint, value: Date): Date | undefined {
  const count = Number(number)
  if (Math.abs(count) > 1e12) return undefined
  const months = monthsOf[unit]
  if (months === undefined) return dateAt(value.getTime() + count * (msOf[unit] ?? 0))
  const index = value.getUTCFullYear() * 12 + value.getUTCMonth() + count * months
  const [year, month] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1]
  if (year < 1 || year > 9_999) return undefined
  const day = Math.min(value.getUTCDate(), daysIn(year, month))
  return dateAt(utc(year, month, day) + (((value.getTime() % 86_400_000) + 86_400_000) % 86_400_000))
}

function difference(unit: string, first: Date, second: Date): number {
  const years = second.getUTCFullYear() - first.getUTCFullYear()
  const months = years * 12 + second.getUTCMonth() - first.getUTCMonth()
  if (unit === 'yyyy') return years
  if (unit === 'm') return months
  if (unit === 'q') {
    return years * 4 + Math.floor(second.getUTCMonth() / 3) - Math.floor(first.getUTCMonth() / 3)
  }
  if (unit === 'ww') return Math.trunc(Math.trunc((sundayOf(second) - sundayOf(first)) / 86_400_000) / 7)
  const ms = unit === 'w' ? 604_800_000 : (msOf[unit] ?? 1)
  return Math.trunc((second.getTime() - first.getTime()) / ms)
}

function sundayOf(value: Date): number {
  return value.getTime() - value.getUTCDay() * 86_400_000
}
