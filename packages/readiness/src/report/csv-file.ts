import { stringify } from 'csv-stringify/sync'

const rowsPerPart = 500

/**
 * A report as CSV (RFC 4180, UTF-8 with a byte order mark), in parts of some hundred rows.
 *
 * A spreadsheet takes cells that begin with = + - @, a tab or a line end for formulas. Such a cell gets an apostrophe before
 * it, and so does one that begins with an apostrophe: whoever reads the file takes one apostrophe from the beginning of
 * each cell that has one, and has the exact value.
 */
export async function* csvFile(
  columns: readonly string[],
  rows: AsyncIterable<readonly string[]>
): AsyncGenerator<string> {
  let part: string[][] = []
  yield stringify([columns], { bom: true, record_delimiter: '\r\n' })
  for await (const row of rows) {
    part.push(row.map(guarded))
    if (part.length < rowsPerPart) continue
    yield stringify(part, { record_delimiter: '\r\n' })
    part = []
  }
  if (part.length > 0) yield stringify(part, { record_delimiter: '\r\n' })
}

function guarded(cell: string): string {
  return /^[=+\-@\t\r\n'＝＋－＠]/.test(cell) ? `'${cell}` : cell
}
