import type { ProposedFix } from '@opendirsync/contracts'
import { idFixError } from '../idfix-errors.ts'
import { csvFile } from './csv-file.ts'
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

/** The report as CSV. */
export async function* findingsCsv(rows: FindingRows): AsyncGenerator<string> {
  yield* csvFile(columns, lines(rows))
}

async function* lines(rows: FindingRows): AsyncGenerator<string[]> {
  for await (const row of rows) yield cellsOf(row)
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
