import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ExportState, exportStateCodes, exportStates } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { readPage, root } from './read-page.ts'

const path = 'docs/errors.md'
const tableOnPage = /(<!-- table: states -->\n)([\s\S]*?)(\n?<!-- end -->)/

if (process.env.UPDATE_DOCS === '1') {
  writeFileSync(
    join(root, path),
    readPage(path).replace(tableOnPage, (_whole, begin) => `${begin}${tableOfStates()}\n<!-- end -->`)
  )
}

describe('docs/errors.md', () => {
  it('has the table of the code', () => {
    const [, , onPage] = tableOnPage.exec(readPage(path)) ?? []
    expect(onPage, 'run again with UPDATE_DOCS=1 to bring the page up to date').toBe(tableOfStates())
  })
})

describe('the states of refused writes', () => {
  const written = ['packages/entra/src', 'packages/store/src'].flatMap(codesIn)

  it('are those that the exporter gives, no more and no fewer', () => {
    expect([...new Set(written)].toSorted()).toEqual(exportStateCodes.toSorted())
  })

  it.each(Object.entries<ExportState>(exportStates))('%s is explained in whole sentences', (_code, state) => {
    for (const sentence of [state.cause, state.cure]) expect(sentence).toMatch(/^[A-Z].*\.$/)
    expect(state.title).toMatch(/^[A-Z][^.]*$/)
  })

  it('are tried again by time, unless no act in the tenant can help', () => {
    const never = exportStateCodes.filter(code => !('interval' in exportStates[code].retry))
    expect(never).toEqual(['source-anchor-changed'])
  })
})

/** The codes of all problems that are made where refusals are understood. */
function codesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => readFileSync(join(root, folder, file), 'utf8'))
    .filter(text => text.includes('exportProblem'))
    .flatMap(text => [...text.matchAll(/(?:code: |about\(\s*error,\s*|Conflict = )'([a-z]+(?:-[a-z]+)+)'/g)])
    .map(([, code]) => code ?? '')
}

function tableOfStates(): string {
  const rows = exportStateCodes.map(code => {
    const { title, cause, cure, severity, retry }: ExportState = exportStates[code]
    return `| \`${code}\` | **${title}.** ${cause} | ${cure} | ${severity} | ${triesOf(retry)} |`
  })
  return [
    '| code | what it is | what to do | severity | tried again |',
    '|---|---|---|---|---|',
    ...rows
  ].join('\n')
}

function triesOf({ when, interval }: ExportState['retry']): string {
  const tries = [
    ...(when === 'value-released' ? ['when the value is free'] : []),
    ...(interval ? [interval] : [])
  ]
  return tries.length === 0 ? 'when the object changes' : tries.join(', ')
}
