import type { DirectoryChange } from '@opendirsync/contracts'
import type { CsvMapping } from './csv-mapping.ts'
import type { CsvEnd, CsvFinding } from './csv-step.ts'
import { readCsv } from './read-csv.ts'

/** What the rules read, in part. */
export const known = [
  ...[
    'cn',
    'displayName',
    'employeeID',
    'givenName',
    'l',
    'mail',
    'mS-DS-ConsistencyGuid',
    'name',
    'proxyAddresses'
  ],
  ...['sAMAccountName', 'sn', 'streetAddress', 'title', 'userAccountControl', 'userPrincipalName']
]

export interface Collected {
  readonly changes: readonly DirectoryChange[]
  readonly findings: readonly CsvFinding[]
  readonly end: CsvEnd | undefined
}

/** Reads a file of the connector `hr` to its end. */
export async function collect(
  file: string | Uint8Array | AsyncIterable<Uint8Array>,
  mapping: CsvMapping = { anchorColumn: 'ID' },
  attributes: readonly string[] = known
): Promise<Collected> {
  const source = typeof file === 'string' || file instanceof Uint8Array ? bytes(file) : file
  const changes: DirectoryChange[] = []
  const findings: CsvFinding[] = []
  let end: CsvEnd | undefined
  for await (const step of readCsv('hr', source, mapping, attributes)) {
    if (step.kind === 'changes') changes.push(...step.changes)
    if (step.kind === 'findings') findings.push(...step.findings)
    if (step.kind === 'end') end = step
  }
  return { changes, findings, end }
}

export async function* bytes(file: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof file === 'string' ? Buffer.from(file) : file
}
