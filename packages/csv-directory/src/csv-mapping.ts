import { SetupError } from '@opendirsync/contracts'

export const delimiters = [',', ';', '\t', '|'] as const
export type CsvDelimiter = (typeof delimiters)[number]

export const encodings = ['utf-8', 'utf-16le', 'windows-1252'] as const
export type CsvEncoding = (typeof encodings)[number]

/** How a file's columns become attributes. Headings are compared without regard to case and outer spaces. */
export interface CsvMapping {
  /** The column that identifies a person for life: an employee number, a GUID. Never a name or an address. */
  readonly anchorColumn: string
  /**
   * Heading to attribute: a name in AD's spelling, `manager` (holds the anchor of another line), `accountEnabled` or
   * `accountDisabled`; `null` leaves the column out. Other headings are understood by their own name.
   */
  readonly columns?: Readonly<Record<string, string | null>>
  /** Found out from the header when it is not given. */
  readonly delimiter?: CsvDelimiter
  /** UTF-8 when it is not given. A byte order mark at the beginning of the file is believed before this. */
  readonly encoding?: CsvEncoding
  /** Splits the values of attributes that can have several in AD. Without it each value is one. */
  readonly multiValueSeparator?: string
}

/**
 * For a mapping that came from a configuration file, which types do not check.
 * @throws SetupError `csv-mapping`
 */
export function checkMapping({
  anchorColumn,
  columns = {},
  delimiter,
  encoding,
  multiValueSeparator
}: CsvMapping): void {
  if (typeof anchorColumn !== 'string' || foldHeading(anchorColumn) === '') {
    throw fault('Set anchorColumn to the heading of the column that identifies a person for life.')
  }
  if (delimiter !== undefined && !delimiters.includes(delimiter)) {
    throw fault('Set delimiter to a comma, a semicolon, a tab or a vertical bar, or leave it out.')
  }
  if (encoding !== undefined && !encodings.includes(encoding)) {
    throw fault(`Set encoding to ${encodings.join(', ')}, or leave it out.`)
  }
  if (multiValueSeparator === '') {
    throw fault('Set multiValueSeparator to the characters between two values, or leave it out.')
  }
  const headings = Object.keys(columns).map(foldHeading)
  const twice = headings.find((heading, index) => headings.indexOf(heading) !== index)
  if (twice !== undefined)
    throw fault(`The mapping names the column "${twice}" twice. Remove one of the two.`)
}

/** Headings that differ only in case, in outer spaces or in how an accent is encoded are one. */
export function foldHeading(heading: string): string {
  return heading.normalize('NFC').trim().toLowerCase()
}

function fault(message: string): SetupError {
  return new SetupError('csv-mapping', message)
}
