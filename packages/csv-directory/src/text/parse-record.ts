/** One attempt to read one record. `fields` are those that were read to their end. */
export type ParsedRecord =
  | {
      readonly result: 'record'
      readonly fields: readonly string[]
      /** Where the next record begins. */
      readonly end: number
      /** A quoted value holds a line break. */
      readonly spansLines: boolean
    }
  | {
      /** `incomplete`: the text ends inside the record. The others: no text behind this one can mend it. */
      readonly result: 'incomplete' | 'unterminated-quote' | 'misplaced-quote'
      readonly fields: readonly string[]
      /** It ended inside quotes. */
      readonly inQuotes: boolean
    }

interface Field {
  readonly value: string
  readonly end: number
  readonly spansLines: boolean
}
type Stop = 'incomplete' | 'unterminated-quote' | 'misplaced-quote'

interface Text {
  readonly text: string
  /** The character code of the delimiter. */
  readonly delimiter: number
  /** Nothing comes after the text. */
  readonly atEnd: boolean
}

const quote = 0x22
const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * The record at `from` (RFC 4180 section 2, with any of the three line ends, and in strict: a quote only around
 * a whole value, or doubled within one).
 */
export function parseRecord(input: Text, from: number): ParsedRecord {
  const { text, delimiter, atEnd } = input
  const fields: string[] = []
  let spansLines = false
  let at = from
  for (;;) {
    const inQuotes = text.charCodeAt(at) === quote
    const field = inQuotes ? quotedField(input, at) : plainField(input, at)
    if (typeof field === 'string') return { result: field, fields, inQuotes }
    fields.push(field.value)
    spansLines ||= field.spansLines
    at = field.end
    if (text.charCodeAt(at) === delimiter) {
      at += 1
      continue
    }
    const end = lineBreakEnd(text, at, atEnd)
    if (end === undefined) return { result: 'incomplete', fields, inQuotes: false }
    return { result: 'record', fields, end, spansLines }
  }
}

/** Behind the line break at `at`; `undefined` when the text ends before one can tell. At the end of it all: `at`. */
export function lineBreakEnd(text: string, at: number, atEnd: boolean): number | undefined {
  if (at >= text.length) return atEnd ? at : undefined
  if (text.charCodeAt(at) === lineFeed) return at + 1
  if (at + 1 >= text.length && !atEnd) return undefined
  return text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1
}

function plainField({ text, delimiter, atEnd }: Text, from: number): Field | Stop {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return 'misplaced-quote'
    if (code === delimiter || code === lineFeed || code === carriageReturn) return plain(text, from, at)
  }
  return atEnd ? plain(text, from, text.length) : 'incomplete'
}

function plain(text: string, from: number, end: number): Field {
  return { value: text.slice(from, end), end, spansLines: false }
}

function quotedField({ text, delimiter, atEnd }: Text, open: number): Field | Stop {
  const close = closingQuote(text, open + 1)
  if (close === undefined) return atEnd ? 'unterminated-quote' : 'incomplete'
  const end = close + 1
  const value = text.slice(open + 1, close).replaceAll('""', '"')
  const spansLines = value.includes('\n') || value.includes('\r')
  const next = text.charCodeAt(end)
  const ends = end === text.length || next === delimiter || next === lineFeed || next === carriageReturn
  if (ends) return { value, end, spansLines }
  // What closes it on a later line is usually the quote that opens another value: its own is missing.
  return spansLines ? 'unterminated-quote' : 'misplaced-quote'
}

/** The first quote that is not doubled; at the very end of the text it may yet turn out to be. */
function closingQuote(text: string, from: number): number | undefined {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === quote) at = text.indexOf('"', at + 2)
  return at < 0 ? undefined : at
}
