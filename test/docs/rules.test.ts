import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outsideScope, scopingFilters } from '../../packages/rules/src/scope.ts'
import { inboundFlows, outboundFlows } from '../../packages/rules/src/synchronise.ts'
import { quotedIn, readPage, root, section, tableRows } from './read-page.ts'

const page = readPage('docs/rules.md')

interface Flow {
  readonly target: string
  readonly sources: readonly string[]
}

describe('docs/rules.md', () => {
  const flows: [heading: string, flows: readonly Flow[]][] = [
    ['Users: directory to metaverse', inboundFlows.user],
    ['Users: metaverse to tenant', outboundFlows.user],
    ['Groups: directory to metaverse', inboundFlows.group],
    ['Groups: metaverse to tenant', outboundFlows.group],
    ['Contacts: directory to metaverse', inboundFlows.contact]
  ]
  it.each(flows)('%s: has each flow with its sources, in the order of precedence', (heading, declared) => {
    const rows = tableRows(section(page, heading)).map(([target = '', sources = '']) => ({
      target: quotedIn(target)[0],
      sources: quotedIn(sources)
    }))
    expect(rows).toEqual(declared.map(({ target, sources }) => ({ target, sources: [...sources] })))
  })

  it('has each scoping filter, in the order in which they are asked', () => {
    const rows = tableRows(section(page, 'What is left out')).map(([code = '', types = '', reads = '']) => ({
      code: quotedIn(code)[0],
      types: types.split(', '),
      reads: quotedIn(reads)
    }))
    const declared = scopingFilters.map(({ reason, objectTypes, sources }) => ({
      code: reason.code,
      types: [...objectTypes],
      reads: [...sources]
    }))
    expect(rows).toEqual(declared)
  })

  it('names the codes of what the scope of a connector leaves out', () => {
    const named = quotedIn(section(page, 'What is left out'))
    expect(named).toEqual(expect.arrayContaining(Object.values(outsideScope).map(({ code }) => code)))
  })

  it('explains every code of a problem, and no other', () => {
    const explained = ['Problems of the rules', "The tenant's refusals"].flatMap(heading =>
      tableRows(section(page, heading)).flatMap(([code = '']) => quotedIn(code))
    )
    const outside = Object.values(outsideScope)
    const left = new Set([...outside, ...scopingFilters.map(({ reason }) => reason)].map(({ code }) => code))
    const found = ['packages/rules/src', 'packages/entra/src', 'packages/store/src/project-entries.ts']
      .flatMap(codesIn)
      .filter(code => !left.has(code))
    expect([...new Set(explained)].toSorted()).toEqual([...new Set(found)].toSorted())
  })
})

/** Codes of errors for a person at the keyboard, which never stand at an object. */
const notOfObjects = /^(graph-|deleted$|object-class-not-synchronised$)/

function codesIn(path: string): string[] {
  const files = path.endsWith('.ts')
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' }).map(file => join(path, file))
  return files
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => readFileSync(join(root, file), 'utf8'))
    .flatMap(text => [
      ...text.matchAll(/(?:code: |problem\(\s*|withAttribute\(error, )'([a-z]+(?:-[a-z]+)+)'/g)
    ])
    .map(([, code]) => code ?? '')
    .filter(code => !notOfObjects.test(code))
}
