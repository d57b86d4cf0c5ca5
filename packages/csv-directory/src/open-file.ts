import { TextDecoder } from 'node:util'
import { CsvFileError } from './csv-file-error.ts'
import { type CsvMapping, checkMapping } from './csv-mapping.ts'
import { type ColumnUse, columnUses } from './header/columns.ts'
import { type FoundHeader, findHeader } from './header/find-header.ts'
import { damaged, encodingOf } from './text/encoding.ts'
import { pieceBytes } from './text/pieces.ts'

export interface OpenedFile {
  readonly encoding: string
  readonly header: FoundHeader
  readonly columns: readonly ColumnUse[]
  /** The text of the head below the header. */
  readonly rest: string
  /** Has taken in the head. */
  readonly decoder: TextDecoder
}

/**
 * What can be told from a file's beginning, which is shorter than `pieceBytes` only when it is all of the file.
 *
 * @param known the attributes that something reads
 * @throws CsvFileError, SetupError `csv-mapping`
 */
export function openFile(head: Uint8Array, mapping: CsvMapping, known: readonly string[]): OpenedFile {
  checkMapping(mapping)
  const encoding = encodingOf(head, mapping.encoding)
  const decoder = new TextDecoder(encoding)
  const text = decoder.decode(head, { stream: true })
  if (text.includes('\0')) {
    throw new CsvFileError(
      'csv-binary',
      'The file holds NUL bytes, so it is not text. Save it as "CSV UTF-8".'
    )
  }
  const header = findHeader(text, mapping, head.length < pieceBytes)
  if (header.headings.some(heading => heading.includes(damaged))) {
    throw new CsvFileError(
      'csv-encoding',
      `The headings hold characters that are not ${encoding}. Save the file as "CSV UTF-8", or set the encoding to windows-1252.`
    )
  }
  const columns = columnUses(header.headings, mapping, known)
  return { encoding, header, columns, rest: text.slice(header.end), decoder }
}
