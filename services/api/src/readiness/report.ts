import { type FindingRow, findingsCsv, findingsText } from '@opendirsync/readiness'
import type { FindingFilter, FoundFinding, Store } from '@opendirsync/store'
import { foundFindings } from './found-findings.ts'

export const reportTypes = ['application/json', 'text/csv', 'text/plain'] as const
export type ReportType = (typeof reportTypes)[number]

/** Characters that are sent at once. */
const partLength = 65_536

type Parts = Pick<Store, 'readiness'>
type Count = Parameters<typeof findingsText>[1][number]

/** All findings that fit, in pieces of text. It is never held whole. */
export function report(store: Parts, type: ReportType, filter: FindingFilter): AsyncGenerator<string, void> {
  if (type === 'application/json') return asJson(foundFindings(store, filter))
  return type === 'text/csv' ? findingsCsv(foundFindings(store, filter)) : asText(store, filter)
}

async function* asJson(rows: AsyncIterable<FoundFinding>): AsyncGenerator<string, void> {
  let lead = '['
  let part = ''
  for await (const row of rows) {
    part += `${lead}${JSON.stringify(row)}`
    lead = ',\n'
    if (part.length < partLength) continue
    yield part
    part = ''
  }
  yield lead === '[' ? '[]\n' : `${part}]\n`
}

/** The counts come first, so it is read twice. */
async function* asText(store: Parts, filter: FindingFilter): AsyncGenerator<string, void> {
  const counts = await countsOf(foundFindings(store, filter))
  yield* findingsText(foundFindings(store, filter), counts)
}

async function countsOf(rows: AsyncIterable<FindingRow>): Promise<Count[]> {
  const counts = new Map<string, Count>()
  for await (const { finding } of rows) {
    const { code, attribute, severity } = finding
    const key = `${code} ${attribute} ${severity}`
    counts.set(key, { code, attribute, severity, findings: (counts.get(key)?.findings ?? 0) + 1 })
  }
  return [...counts.values()].sort(
    (one, other) => one.severity.localeCompare(other.severity) || other.findings - one.findings
  )
}
