import { CsvFileError } from '../csv-file-error.ts'
import { type CsvDelimiter, type CsvMapping, delimiters, foldHeading } from '../csv-mapping.ts'
import { lineBreakEnd, parseRecord } from '../text/parse-record.ts'

export interface FoundHeader {
  readonly delimiter: CsvDelimiter
  readonly headings: readonly string[]
  /** Where the header begins, as a line number; the first is 1. */
  readonly line: number
  /** Where the records begin: in the text, and as a line number. */
  readonly end: number
  readonly nextLine: number
}

/** Excel's own hint. Excel takes it for itself and shows the second line as the first. */
const excelHint = /^sep=([,;\t|])[^\S\r\n]*$/i

/**
 * The first line that holds something. The delimiter, where nothing names it, is the one with which the anchor's
 * column is there; else the one that gives the most columns.
 *
 * @param atEnd nothing comes after the text
 * @throws CsvFileError `csv-empty`, `csv-header`
 */
export function findHeader(text: string, mapping: CsvMapping, atEnd: boolean): FoundHeader {
  let at = 0
  let line = 1
  let hinted: CsvDelimiter | undefined
  for (;;) {
    if (at >= text.length) throw new CsvFileError('csv-empty', 'The file is empty. Nothing was read from it.')
    const end = text.slice(at).search(/[\r\n]/)
    const content = end < 0 ? text.slice(at) : text.slice(at, at + end)
    const hint = line === 1 ? delimiters.find(sign => sign === excelHint.exec(content)?.[1]) : undefined
    if (hint === undefined && /[^\s,;|]/.test(content)) break
    hinted ??= hint
    at = lineBreakEnd(text, at + content.length, true) ?? text.length
    line += 1
  }
  const wanted = mapping.delimiter ?? hinted
  return bestHeader({ text, at, line, atEnd }, wanted === undefined ? delimiters : [wanted], mapping)
}

interface Place {
  readonly text: string
  readonly at: number
  readonly line: number
  readonly atEnd: boolean
}

function bestHeader(
  { text, at, line, atEnd }: Place,
  candidates: readonly CsvDelimiter[],
  { anchorColumn }: CsvMapping
): FoundHeader {
  const anchor = foldHeading(anchorColumn)
  const possible = candidates.flatMap(delimiter => {
    const parsed = parseRecord({ text, delimiter: delimiter.charCodeAt(0), atEnd }, at)
    if (parsed.result !== 'record') return []
    const hasAnchor = parsed.fields.some(heading => foldHeading(heading) === anchor)
    const lines = text.slice(at, parsed.end).match(/\r\n|\r|\n/g)?.length ?? 0
    const header = { delimiter, headings: parsed.fields, line, end: parsed.end, nextLine: line + lines }
    return [{ header, hasAnchor }]
  })
  const [best] = possible.toSorted(
    (one, other) =>
      Number(other.hasAnchor) - Number(one.hasAnchor) ||
      other.header.headings.length - one.header.headings.length
  )
  if (best !== undefined) return best.header
  throw new CsvFileError(
    'csv-header',
    `Line ${line}, which is to hold the headings, is no line of a CSV file: a quote in it is not closed or not around a whole heading, or it is far too long. Correct it.`
  )
}
