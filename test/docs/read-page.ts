import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the repository. */
export const root = join(import.meta.dirname, '..', '..')

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The text of a file that may be missing. */
export function readIfThere(path: string): string | undefined {
  return existsSync(join(root, path)) ? readPage(path) : undefined
}

/** The part of a page under one heading, up to the next heading of the same or a higher level. */
export function section(page: string, heading: string): string {
  const lines = page.split('\n')
  const from = lines.findIndex(line => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (from < 0) throw new Error(`The page has no heading "${heading}".`)
  const level = headingLevel(lines[from])
  const length = lines
    .slice(from + 1)
    .findIndex(line => headingLevel(line) > 0 && headingLevel(line) <= level)
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n')
}

/** The cells of each row of the tables in a text, without heads and rulers. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n')
  return lines
    .filter((line, position) => line.startsWith('|') && !isRuler(line) && !isRuler(lines[position + 1] ?? ''))
    .map(line =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell => cell.trim())
    )
}

/** What stands in backquotes. */
export function quotedIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, quoted]) => quoted ?? '')
}

function headingLevel(line: string | undefined): number {
  return /^(#+) /.exec(line ?? '')?.[1]?.length ?? 0
}

function isRuler(line: string): boolean {
  return /^\|[\s:|-]+\|$/.test(line)
}
