import { lineBreakEnd, parseRecord } from './parse-record.ts'

/** One record of a file. `line` is the line of the file at which it begins. */
export type CsvRecord =
  | {
      readonly kind: 'record'
      readonly line: number
      /** As many as the header has. */
      readonly fields: readonly string[]
      /** A quoted value holds a line break. */
      readonly spansLines: boolean
    }
  | {
      readonly kind: 'malformed'
      readonly line: number
      readonly code: 'wrong-column-count' | 'unterminated-quote' | 'misplaced-quote' | 'line-too-long'
      /** Those that were read to their end. */
      readonly fields: readonly string[]
    }

interface Layout {
  readonly delimiter: string
  /** How many fields a record has. */
  readonly columns: number
  /** The number of the first line that it is given. */
  readonly firstLine: number
}

export type MalformedCode = (CsvRecord & { kind: 'malformed' })['code']

/** A record that is longer is not one: a quote is missing, or the file has no line breaks. */
export const maxRecordCharacters = 2 * 1_048_576

const lineBreak = /\r\n|\r|\n/g

/**
 * Text, in pieces that may end anywhere, to records. What is no record costs one line: reading goes on at the next
 * one, also where a quote that is never closed would have taken in the rest of the file. Lines that hold
 * nothing are passed over. Each line is read at most twice, and no more than one record is kept.
 */
export class RecordReader {
  readonly #layout: Layout
  readonly #delimiter: number
  #text = ''
  #at = 0
  #line: number
  /** Of an unfinished record it is not worth reading less than this again. */
  #wanted = 0
  /** The rest of the line at `#at` belongs to a record that was given up. */
  #skipping = false

  constructor(layout: Layout) {
    this.#layout = layout
    this.#delimiter = layout.delimiter.charCodeAt(0)
    this.#line = layout.firstLine
  }

  *push(text: string, atEnd = false): Generator<CsvRecord> {
    this.#text = this.#text.slice(this.#at) + text
    this.#at = 0
    if (this.#text.length < this.#wanted && !atEnd) return
    this.#wanted = 0
    while (this.#at < this.#text.length) {
      if (this.#skipping && !this.#skipLine(atEnd)) return
      if (this.#at === this.#text.length) return
      const record = this.#next(atEnd)
      if (record === 'incomplete') return
      if (record !== 'blank') yield record
    }
  }

  *end(): Generator<CsvRecord> {
    yield* this.push('', true)
  }

  #next(atEnd: boolean): CsvRecord | 'incomplete' | 'blank' {
    const input = { text: this.#text, delimiter: this.#delimiter, atEnd }
    const parsed = parseRecord(input, this.#at)
    const { fields } = parsed
    if (parsed.result === 'record') {
      const { end, spansLines } = parsed
      const blank = fields.every(field => field.trim() === '')
      if (!blank && fields.length !== this.#layout.columns)
        return this.#malformed('wrong-column-count', fields)
      const line = this.#line
      this.#line += spansLines ? (this.#text.slice(this.#at, end).match(lineBreak)?.length ?? 0) : 1
      this.#at = end
      return blank ? 'blank' : { kind: 'record', line, fields, spansLines }
    }
    if (parsed.result !== 'incomplete') return this.#malformed(parsed.result, fields)
    const held = this.#text.length - this.#at
    if (held > maxRecordCharacters) {
      return this.#malformed(parsed.inQuotes ? 'unterminated-quote' : 'line-too-long', fields)
    }
    this.#wanted = 2 * held
    return 'incomplete'
  }

  #malformed(code: MalformedCode, fields: readonly string[]): CsvRecord {
    this.#skipping = true
    return { kind: 'malformed', line: this.#line, code, fields }
  }

  /** False when the line ends in text that is still to come. */
  #skipLine(atEnd: boolean): boolean {
    lineBreak.lastIndex = this.#at
    const found = lineBreak.exec(this.#text)
    const end = lineBreakEnd(this.#text, found?.index ?? this.#text.length, atEnd)
    this.#at = end ?? found?.index ?? this.#text.length
    if (end === undefined) return false
    this.#skipping = false
    this.#line += 1
    return true
  }
}
