import { type DateParts, dateOf, millisecondsOf, minutesOf, two } from './dates.ts'

const months = 'January February March April May June July August September October November December'.split(
  ' '
)
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** One piece of a format: so many times the same letter, a text in quotes, or a character that stands for itself. */
const pieces =
  /y{1,5}|M{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7}|t{1,2}|z{1,3}|K|'[^']*'|"[^"]*"|\\[\s\S]|[\s\S]/gu

function splitFormat(format: string): readonly string[] {
  return format.match(pieces) ?? []
}

const writers: Readonly<Record<string, (date: Date) => string>> = {
  y: date => String(date.getUTCFullYear() % 100),
  yy: date => two(date.getUTCFullYear() % 100),
  yyyy: date => String(date.getUTCFullYear()).padStart(4, '0'),
  M: date => String(date.getUTCMonth() + 1),
  MM: date => two(date.getUTCMonth() + 1),
  MMM: date => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  MMMM: date => months[date.getUTCMonth()] ?? '',
  d: date => String(date.getUTCDate()),
  dd: date => two(date.getUTCDate()),
  ddd: date => (weekdays[date.getUTCDay()] ?? '').slice(0, 3),
  dddd: date => weekdays[date.getUTCDay()] ?? '',
  H: date => String(date.getUTCHours()),
  HH: date => two(date.getUTCHours()),
  h: date => String(halfDayHour(date)),
  hh: date => two(halfDayHour(date)),
  m: date => String(date.getUTCMinutes()),
  mm: date => two(date.getUTCMinutes()),
  s: date => String(date.getUTCSeconds()),
  ss: date => two(date.getUTCSeconds()),
  t: date => (date.getUTCHours() < 12 ? 'A' : 'P'),
  tt: date => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  z: () => '+0',
  zz: () => '+00',
  zzz: () => '+00:00',
  K: () => 'Z'
}

function halfDayHour(date: Date): number {
  const hour = date.getUTCHours() % 12
  return hour === 0 ? 12 : hour
}

/** In UTC and English. */
export function formatDate(date: Date, format: string): string {
  return splitFormat(format)
    .map(piece => {
      if (/^f+$/.test(piece)) return fractionOf(date).slice(0, piece.length)
      if (/^F+$/.test(piece)) return fractionOf(date).slice(0, piece.length).replace(/0+$/, '')
      return Object.hasOwn(writers, piece) ? (writers[piece]?.(date) ?? '') : literal(piece)
    })
    .join('')
}

function fractionOf(date: Date): string {
  return `${String(date.getUTCMilliseconds()).padStart(3, '0')}0000`
}

function literal(piece: string): string {
  if (piece.length > 1 && /^['"]/.test(piece)) return piece.slice(1, -1)
  return piece.length > 1 && piece.startsWith('\\') ? piece.slice(1) : piece
}

interface Reader {
  readonly pattern: RegExp
  readonly keep: (parts: DateParts, found: string) => void
}

const readers: Readonly<Record<string, Reader>> = {
  yy: number(/\d{2}/y, (parts, year) => {
    // .NET takes 00 to 49 for this century, up to 2049.
    parts.year = year + (year < 50 ? 2_000 : 1_900)
  }),
  yyyy: number(/\d{4}/y, (parts, year) => {
    parts.year = year
  }),
  MMM: named(months.map(month => month.slice(0, 3))),
  MMMM: named(months),
  ddd: { pattern: /(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)/iy, keep: () => undefined },
  dddd: { pattern: /(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day/iy, keep: () => undefined },
  tt: {
    pattern: /[AP]M/iy,
    keep: (parts, found) => {
      parts.half = /^a/i.test(found) ? 'AM' : 'PM'
    }
  },
  z: offset(/[+-]\d{1,2}/y),
  zz: offset(/[+-]\d{2}/y),
  zzz: offset(/[+-]\d{2}:\d{2}/y),
  K: offset(/Z|[+-]\d{2}:\d{2}/y),
  ...pair('M', 'month'),
  ...pair('d', 'day'),
  ...pair('H', 'hour'),
  ...pair('h', 'hour'),
  ...pair('m', 'minute'),
  ...pair('s', 'second')
}

function pair(letter: string, part: 'month' | 'day' | 'hour' | 'minute' | 'second'): Record<string, Reader> {
  const keep = (parts: DateParts, found: number) => {
    parts[part] = found
  }
  return { [letter]: number(/\d{1,2}/y, keep), [letter + letter]: number(/\d{2}/y, keep) }
}

function number(pattern: RegExp, keep: (parts: DateParts, found: number) => void): Reader {
  return { pattern, keep: (parts, found) => keep(parts, Number(found)) }
}

function offset(pattern: RegExp): Reader {
  return {
    pattern,
    keep: (parts, found) => {
      parts.offsetMinutes = minutesOf(found)
    }
  }
}

function named(names: readonly string[]): Reader {
  return {
    pattern: new RegExp(names.join('|'), 'iy'),
    keep: (parts, found) => {
      parts.month = names.findIndex(name => name.toLowerCase() === found.toLowerCase()) + 1
    }
  }
}

/** Undefined when the text is not of that format, or there is no such date. */
export function parseByFormat(text: string, format: string): Date | undefined {
  const parts: DateParts = {}
  let position = 0
  for (const piece of splitFormat(format)) {
    const found = readPiece(text, position, piece, parts)
    if (found === undefined) return undefined
    position += found
  }
  return position === text.length ? dateOf(parts) : undefined
}

/** How many characters the piece took. */
function readPiece(text: string, position: number, piece: string, parts: DateParts): number | undefined {
  if (/^f+$/i.test(piece)) {
    const digits = /^\d+/.exec(text.slice(position, position + piece.length))?.[0] ?? ''
    if (piece.startsWith('f') && digits.length < piece.length) return undefined
    parts.millisecond = millisecondsOf(digits)
    return digits.length
  }
  const reader = Object.hasOwn(readers, piece) ? readers[piece] : undefined
  if (reader === undefined) {
    const expected = literal(piece)
    return text.startsWith(expected, position) ? expected.length : undefined
  }
  reader.pattern.lastIndex = position
  const found = reader.pattern.exec(text)?.[0]
  if (found !== undefined) reader.keep(parts, found)
  return found?.length
}
