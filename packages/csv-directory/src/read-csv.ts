import type { DirectoryChange } from '@opendirsync/contracts'
import { CsvFileError } from './csv-file-error.ts'
import { type CsvMapping, checkMapping } from './csv-mapping.ts'
import type { CsvFinding, CsvStep } from './csv-step.ts'
import { unusedColumns } from './header/unused-columns.ts'
import { type OpenedFile, openFile } from './open-file.ts'
import { People } from './person/people.ts'
import { pieces } from './text/pieces.ts'
import { type CsvRecord, RecordReader } from './text/record-reader.ts'

const stepItems = 500
/** Of the records behind one step, so that long values do not add up. */
const stepCharacters = 1_048_576

/**
 * Reads a file as the whole of a connected directory: each good line is a user, told completely. Memory does not grow
 * with the file, except for some 50 bytes for each person. The next bytes are asked for when the steps made of
 * the ones before are taken.
 *
 * @param connector its name; together with the anchor it makes the objectGUIDs
 * @param knownAttributes what something reads, in AD's spelling; columns for anything else are not used
 * @throws CsvFileError before the first step, when the file as a whole cannot be used
 * @throws SetupError `csv-mapping`, when the mapping could fit no file
 */
export async function* readCsv(
  connector: string,
  source: AsyncIterable<Uint8Array>,
  mapping: CsvMapping,
  knownAttributes: readonly string[]
): AsyncGenerator<CsvStep> {
  checkMapping(mapping)
  let reading: Reading | undefined
  for await (const piece of pieces(source)) {
    if (reading === undefined) {
      const file = openFile(piece, mapping, knownAttributes)
      const { columns, header } = file
      const people = new People({
        connector,
        columns,
        delimiter: header.delimiter,
        mapping,
        known: knownAttributes
      })
      reading = new Reading(file, people)
      yield* reading.begin()
    } else {
      yield* reading.continue(piece)
    }
  }
  if (reading === undefined)
    throw new CsvFileError('csv-empty', 'The file is empty. Nothing was read from it.')
  yield* reading.end()
}

/** One file, from bytes to steps. */
class Reading {
  readonly #file: OpenedFile
  readonly #people: People
  readonly #records: RecordReader
  #changes: DirectoryChange[] = []
  #findings: CsvFinding[] = []
  #characters = 0

  constructor(file: OpenedFile, people: People) {
    const { delimiter, headings, nextLine } = file.header
    this.#file = file
    this.#people = people
    this.#records = new RecordReader({ delimiter, columns: headings.length, firstLine: nextLine })
  }

  *begin(): Generator<CsvStep> {
    const { columns, header, rest } = this.#file
    for (const finding of unusedColumns(columns, header.line)) yield* this.#found(finding)
    yield* this.#take(this.#records.push(rest))
  }

  *continue(piece: Uint8Array): Generator<CsvStep> {
    yield* this.#take(this.#records.push(this.#file.decoder.decode(piece, { stream: true })))
  }

  *end(): Generator<CsvStep> {
    yield* this.#take(this.#records.push(this.#file.decoder.decode()))
    yield* this.#take(this.#records.end())
    yield* this.#flushChanges()
    for (const finding of this.#people.missingManagers()) yield* this.#found(finding)
    yield* this.#flushFindings()
    yield this.#people.totals()
  }

  *#take(records: Iterable<CsvRecord>): Generator<CsvStep> {
    for (const record of records) {
      const { change, findings } = this.#people.read(record)
      for (const finding of findings) yield* this.#found(finding)
      if (change === undefined) continue
      this.#changes.push(change)
      this.#characters += record.fields.reduce((sum, field) => sum + field.length, 0)
      if (this.#changes.length >= stepItems || this.#characters >= stepCharacters) yield* this.#flushChanges()
    }
  }

  *#found(finding: CsvFinding): Generator<CsvStep> {
    this.#findings.push(finding)
    if (this.#findings.length >= stepItems) yield* this.#flushFindings()
  }

  *#flushChanges(): Generator<CsvStep> {
    if (this.#changes.length > 0) yield { kind: 'changes', changes: this.#changes }
    this.#changes = []
    this.#characters = 0
  }

  *#flushFindings(): Generator<CsvStep> {
    if (this.#findings.length > 0) yield { kind: 'findings', findings: this.#findings }
    this.#findings = []
  }
}
