import { PermanentError } from '@opendirsync/contracts'

/** The file as a whole cannot be read as a directory. Nothing of it is used. The message says what to do. */
export class CsvFileError extends PermanentError {
  /**
   * Stable: `csv-empty`, `csv-spreadsheet`, `csv-binary`, `csv-encoding`, `csv-header`, `csv-anchor-column`,
   * `csv-missing-column`, `csv-duplicate-column`, `csv-duplicate-attribute`.
   */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
