import type { CsvFinding } from '../csv-step.ts'
import type { ColumnUse } from './columns.ts'

type Unused = NonNullable<ColumnUse['unused']>

const advice: Readonly<Record<Unused, string>> = {
  'no-heading': 'has no heading, so it is not used. Give it one, or remove it.',
  'unknown-heading':
    'is not used, because its heading names no attribute that is synchronised. Map it to an attribute, or to null.',
  'attribute-not-read':
    'is mapped to an attribute that is not synchronised, so it is not used. Map it to null.'
}

/** A warning for each column that gives nothing and was not left out on purpose. */
export function unusedColumns(columns: readonly ColumnUse[], headerLine: number): CsvFinding[] {
  return columns.flatMap(({ unused, heading, index }): CsvFinding[] => {
    if (unused === undefined) return []
    const name = heading === '' ? `Column ${index + 1}` : `The column "${heading}"`
    const message = `${name} ${advice[unused]}`
    const code = unused === 'attribute-not-read' ? unused : 'column-not-used'
    return [
      { line: headerLine, code, severity: 'warning', message, ...(heading !== '' && { column: heading }) }
    ]
  })
}
