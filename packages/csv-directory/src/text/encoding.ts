import { CsvFileError } from '../csv-file-error.ts'
import type { CsvEncoding } from '../csv-mapping.ts'

type Encoding = CsvEncoding | 'utf-16be'

/** What a decoder puts where bytes are no character of the encoding (Unicode, chapter 3.9). */
export const damaged = '\ufffd'

/** The Encoding Standard, section 6, "BOM sniff". */
const byteOrderMarks: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]]
]

/** ZIP (.xlsx, .ods) and the compound files of older Office (.xls). */
const spreadsheets: readonly (readonly number[])[] = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0]
]

/**
 * The encoding that the file begins in: its byte order mark, else what was configured, else UTF-8.
 * @throws CsvFileError when these are not the first bytes of text in that encoding
 */
export function encodingOf(head: Uint8Array, configured: CsvEncoding | undefined): Encoding {
  if (spreadsheets.some(signature => begins(head, signature))) {
    throw new CsvFileError(
      'csv-spreadsheet',
      'The file is a spreadsheet, not text. Open it and save it as "CSV UTF-8 (comma delimited)".'
    )
  }
  const marked = byteOrderMarks.find(([, mark]) => begins(head, mark))
  if (marked !== undefined) return marked[0]
  const encoding = configured ?? 'utf-8'
  if (encoding === 'utf-16le' && !head.includes(0)) {
    throw new CsvFileError(
      'csv-encoding',
      'The encoding is set to utf-16le, but the file is in another one. Set it to utf-8 or windows-1252.'
    )
  }
  if (encoding !== 'utf-16le' && looksLikeUtf16(head)) {
    throw new CsvFileError(
      'csv-encoding',
      'The file seems to be UTF-16 ("Unicode text"). Set the encoding to utf-16le, or save the file as "CSV UTF-8".'
    )
  }
  return encoding
}

/** ASCII has a zero as the second byte of each character. Real names and words bring more than half of those. */
function looksLikeUtf16(head: Uint8Array): boolean {
  const zeros = head.filter((byte, at) => at % 2 === 1 && byte === 0).length
  return zeros > 0 && zeros >= head.length / 4
}

function begins(head: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, at) => head[at] === byte)
}
