import { allChecks, conflictFacts, findingCodes } from '@opendirsync/readiness'
import { describe, expect, it } from 'vitest'
import { quotedIn, readPage, section, tableRows } from './read-page.ts'

const page = readPage('docs/readiness.md')

type Check = (typeof allChecks)[number]

/** The cells of a check's row. */
function rowOf({ code, severity, attributes, objectTypes, why, mends, idfix }: Check): string[] {
  return [
    `\`${code}\``,
    severity,
    attributes.map(attribute => `\`${attribute}\``).join(', '),
    objectTypes.join(', '),
    cell(why),
    cell(mends ?? ''),
    idfix
  ]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** What to put on the page when it differs. */
function table(checks: readonly Check[]): string {
  return checks.map(check => `| ${rowOf(check).join(' | ')} |`).join('\n')
}

describe('docs/readiness.md', () => {
  const tables: [heading: string, checks: readonly Check[]][] = [
    ['One object by itself', allChecks],
    ['Several objects, and the tenant', conflictFacts]
  ]
  it.each(tables)('%s: has each check, word for word', (heading, checks) => {
    expect(tableRows(section(page, heading)), `The page should have:\n${table(checks)}\n`).toEqual(
      checks.map(rowOf)
    )
  })

  it('explains every code, and no other', () => {
    const explained = tables.flatMap(([heading]) =>
      tableRows(section(page, heading)).flatMap(([code = '']) => quotedIn(code))
    )
    expect([...new Set(explained)].toSorted()).toEqual([...findingCodes].toSorted())
  })
})
