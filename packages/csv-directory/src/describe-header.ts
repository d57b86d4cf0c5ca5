import { CsvFileError } from './csv-file-error.ts'
import type { CsvDelimiter, CsvMapping } from './csv-mapping.ts'
import type { ColumnUse } from './header/columns.ts'
import { openFile } from './open-file.ts'

/** How a file is going to be read. */
export interface CsvHeader {
  readonly delimiter: CsvDelimiter
  readonly encoding: string
  readonly columns: readonly ColumnUse[]
}

/**
 * For a preview, before anything is read.
 *
 * @param head the first 64 KiB of the file, or more, or all of it
 * @param known the attributes that something reads
 * @throws CsvFileError, SetupError `csv-mapping`
 */
export function describeHeader(head: Uint8Array, mapping: CsvMapping, known: readonly string[]): CsvHeader {
  if (head.length === 0) throw new CsvFileError('csv-empty', 'The file is empty. Nothing was read from it.')
  const { encoding, header, columns } = openFile(head, mapping, known)
  return { delimiter: header.delimiter, encoding, columns }
}
