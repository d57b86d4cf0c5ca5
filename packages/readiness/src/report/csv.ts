import type { ProposedFix } from '@opendirsync/contracts'
import { stringify } from 'csv-stringify/sync'
import { idFixError } from '../idfix-errors.ts'
import type { FindingRow, FindingRows } from './finding-row.ts'

/** IdFix's columns (its README's "Export"), all of those that it reads back. */
const columns = [
  'DISTINGUISHEDNAME',
  'COMMONNAME',
  'OBJECTCLASS',
  'ATTRIBUTE',
  'ERROR',
  'VALUE',
  'UPDATE',
  'PROPOSEDACTION',
  'ACTION'
] as const

const rowsPerPart = 500

/**
 * The report as CSV (RFC 4180, UTF-8 with a byte order mark), in parts of some hundred rows.
 *
 * A spreadsheet takes cells that begin with = + - @, a tab or a line end for formulas. Such a cell gets an apostrophe before
 * it, and so does one that begins with an apostrophe: whoever reads the file takes one apostrophe from the beginning of
 * each cell that has one, and has the exact value.
 */
export async function* findingsCsv(rows: FindingRows): AsyncGenerator<string> {
  let part: string[][] = []
  yield stringify([columns], { bom: true, record_delimiter: '\r\n' })
  for await (const row of rows) {
    part.push(cellsOf(row).map(guarded))
    if (part.length < rowsPerPart) continue
    yield stringify(part, { record_delimiter: '\r\n' })
    part = []
  }
  if (part.length > 0) yield stringify(part, { record_delimiter: '\r\n' })
}

function cellsOf({ dn, objectClass, finding }: FindingRow): string[] {
  const { attribute, code, value, fix } = finding
  return [
    dn,
    commonName(dn),
    objectClass,
    attribute,
    idFixError(code, attribute),
    value,
    fix?.to ?? '',
    proposedAction(fix),
    // Nothing is done without a person's choice, in IdFix as here.
    ''
  ]
}

/** IdFix: Edit takes the value of UPDATE, Remove clears VALUE. */
function proposedAction(fix: ProposedFix | undefined): string {
  if (fix === undefined) return ''
  return fix.to === null ? 'Remove' : 'Edit'
}

/** The value of the first part of a distinguished name, with its escapes resolved (RFC 4514 section 3). */
function commonName(dn: string): string {
  const part = /^[^=]*=((?:[^,+\\]|\\.)*)/s.exec(dn)?.[1] ?? ''
  return part.replaceAll(/\\([ "#+,;<=>\\])/g, '$1')
}

function guarded(cell: string): string {
  return /^[=+\-@\t\r\n'＝＋－＠]/.test(cell) ? `'${cell}` : cell
}
