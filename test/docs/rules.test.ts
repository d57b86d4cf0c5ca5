import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultRulesOf } from '../../packages/rules/src/default-rules/default-rules.ts'
import { tableOfExclusions, tableOfFlows, tableOfRules } from '../../packages/rules/src/engine/rules-table.ts'
import { outsideScope } from '../../packages/rules/src/engine/scope-parts.ts'
import { quotedIn, readPage, root, section, tableRows } from './read-page.ts'

const path = 'docs/rules.md'
const rules = defaultRulesOf({})

const flows = (
  objectType: 'user' | 'group' | 'contact',
  direction: 'inbound' | 'outbound',
  onDemand = false
) => tableOfFlows(rules, { objectType, direction, onDemand })

/** What stands between `<!-- table: NAME -->` and `<!-- end -->`. */
const tables: Readonly<Record<string, string>> = {
  rules: tableOfRules(rules),
  'exclusions of users': tableOfExclusions(rules, 'user'),
  'exclusions of groups': tableOfExclusions(rules, 'group'),
  'exclusions of contacts': tableOfExclusions(rules, 'contact'),
  'users inbound': flows('user', 'inbound'),
  'users on demand': flows('user', 'inbound', true),
  'users outbound': flows('user', 'outbound'),
  'groups inbound': flows('group', 'inbound'),
  'groups on demand': flows('group', 'inbound', true),
  'groups outbound': flows('group', 'outbound'),
  'contacts inbound': flows('contact', 'inbound')
}

const tableOnPage = /(<!-- table: (.+) -->\n)([\s\S]*?)(\n<!-- end -->)/g

if (process.env.UPDATE_DOCS === '1') {
  const updated = readPage(path).replace(tableOnPage, (_whole, begin, name, old, end) =>
    [begin, tables[name] ?? old, end].join('')
  )
  writeFileSync(join(root, path), updated)
}

const page = readPage(path)

describe('docs/rules.md', () => {
  const onPage = new Map([...page.matchAll(tableOnPage)].map(([, , name = '', text]) => [name, text]))
  it.each(Object.entries(tables))('%s: the table is that of the code', (name, expected) => {
    expect(onPage.get(name), 'run again with UPDATE_DOCS=1 to bring the page up to date').toBe(expected)
  })

  it('has no table that the code does not make', () => {
    expect([...onPage.keys()].toSorted()).toEqual(Object.keys(tables).toSorted())
  })

  it('names the codes of what the scope of a connector leaves out', () => {
    const named = quotedIn(section(page, 'What is left out'))
    expect(named).toEqual(expect.arrayContaining(Object.values(outsideScope).map(({ code }) => code)))
  })

  it('explains every code of a problem, and no other', () => {
    const explained = ['Problems of the rules', 'Problems with other objects'].flatMap(heading =>
      tableRows(section(page, heading)).flatMap(([code = '']) => quotedIn(code))
    )
    const exclusions = rules.flatMap(rule => (rule.direction === 'inbound' ? (rule.exclusions ?? []) : []))
    const left = new Set(
      [...Object.values(outsideScope), ...exclusions.map(({ reason }) => reason)].map(({ code }) => code)
    )
    const found = ['packages/rules/src', 'packages/store/src']
      .flatMap(codesIn)
      .filter(code => !left.has(code))
    expect([...new Set(explained)].toSorted()).toEqual([...new Set(found)].toSorted())
  })
})

/** Codes of errors for a person at the keyboard, which never stand at an object. */
const notOfObjects = /^(graph-|deleted$|object-class-not-synchronised$|excluded-by-rule$)/

function codesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => readFileSync(join(root, folder, file), 'utf8'))
    .flatMap(text => [...text.matchAll(/code: '([a-z]+(?:-[a-z]+)+)'/g)])
    .map(([, code]) => code ?? '')
    .filter(code => !notOfObjects.test(code))
}
