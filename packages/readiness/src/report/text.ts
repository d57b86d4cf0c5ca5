import type { Finding } from '@opendirsync/contracts'
import type { FindingRow, FindingRows } from './finding-row.ts'

export interface FindingCount {
  readonly code: string
  readonly attribute: string
  readonly severity: Finding['severity']
  readonly findings: number
}

/** Characters of a console; longer values lose their middle. */
const widths = { code: 19, attribute: 18, value: 36, fix: 36, dn: 60 } as const

/**
 * The report for a console: counts, then a line for each finding, in parts. Control characters, invisible ones and those that
 * turn the direction of writing are shown as their numbers, so no value can write over the screen.
 *
 * @param counts of all findings, in the order in which they are to be shown; the most frequent first reads best
 */
export async function* findingsText(
  rows: FindingRows,
  counts: readonly FindingCount[]
): AsyncGenerator<string> {
  const errors = total(counts, 'error')
  const warnings = total(counts, 'warning')
  if (errors + warnings === 0) {
    yield 'Nothing was found.\n'
    return
  }
  yield `${count(errors, 'error')}, ${count(warnings, 'warning')}\n\n`
  yield `${counts.map(lineOfCount).join('\n')}\n\n`
  yield `${line('SEVERITY', 'CODE', 'ATTRIBUTE', 'VALUE', 'PROPOSED', 'OBJECT')}\n`
  let part: string[] = []
  for await (const row of rows) {
    part.push(lineOf(row))
    if (part.length < 500) continue
    yield `${part.join('\n')}\n`
    part = []
  }
  if (part.length > 0) yield `${part.join('\n')}\n`
}

function total(counts: readonly FindingCount[], wanted: Finding['severity']): number {
  return counts.reduce((sum, { severity, findings }) => sum + (severity === wanted ? findings : 0), 0)
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function lineOfCount({ code, attribute, severity, findings }: FindingCount): string {
  return `${String(findings).padStart(9)}  ${severity.padEnd(8)}  ${code.padEnd(widths.code)}  ${attribute}`
}

function lineOf({ dn, finding: { severity, code, attribute, value, fix } }: FindingRow): string {
  return line(severity, code, attribute, value, proposal(fix), dn)
}

function proposal(fix: Finding['fix']): string {
  if (fix === undefined) return ''
  if (fix.to === null) return '(remove)'
  return fix.action === 'add-value' ? `(add) ${fix.to}` : fix.to
}

function line(
  ...[severity, code, attribute, value, fix, dn]: readonly [string, string, string, string, string, string]
) {
  return [
    severity.padEnd(8),
    code.padEnd(widths.code),
    cell(attribute, widths.attribute),
    cell(value, widths.value),
    cell(fix, widths.fix),
    shortened(visible(dn), widths.dn)
  ]
    .join('  ')
    .trimEnd()
}

function cell(text: string, width: number): string {
  const shown = shortened(visible(text), width)
  return shown + ' '.repeat(Math.max(0, width - Array.from(shown).length))
}

/** Begin and end of a text that is too wide: addresses differ at both. */
function shortened(text: string, width: number): string {
  const characters = Array.from(text)
  if (characters.length <= width) return text
  const end = Math.floor((width - 1) / 2)
  return `${characters.slice(0, width - 1 - end).join('')}…${characters.slice(-end).join('')}`
}

function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  )
}
