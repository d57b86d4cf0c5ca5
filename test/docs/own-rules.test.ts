import { describe, expect, it } from 'vitest'
import { signaturesOf } from '../../packages/rules/src/expressions/function.ts'
import { functions } from '../../packages/rules/src/expressions/functions/all.ts'
import { refusedFunctions } from '../../packages/rules/src/expressions/functions/refused.ts'
import { readOwnRules } from '../../packages/rules/src/own-rules/read-own-rules.ts'
import { scopeOperators } from '../../packages/rules/src/own-rules/scope.ts'
import { refusedProperties, tenantProperties } from '../../packages/rules/src/own-rules/tenant-properties.ts'
import { quotedIn, readPage, section, tableRows } from './read-page.ts'

const page = readPage('docs/own-rules.md')

const rowsUnder = (heading: string) => tableRows(section(page, heading))
const unescaped = (cell: string) => cell.replaceAll('\\|', '|')

describe('docs/own-rules.md', () => {
  const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '')
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  it.each(examples)('has an example that can be used: %s', text => {
    expect(readOwnRules(text)).toHaveProperty('ok')
  })

  it('has each function as it is called, with what it gives and where it is described', () => {
    const rows = rowsUnder('Functions').map(([call = '', gives = '', where]) => [
      quotedIn(call),
      unescaped(gives),
      where
    ])
    expect(rows).toEqual(functions.map(each => [[...signaturesOf(each)], each.description, each.page]))
  })

  it('says of each function that cannot be used why', () => {
    const rows = rowsUnder('Functions that there are not').flatMap(([names = '', reason = '']) =>
      quotedIn(names).map(name => ({ name, reason }))
    )
    expect(rows).toEqual(refusedFunctions)
  })

  it('has each operator of a scope', () => {
    const rows = rowsUnder('Scope').map(([name = '', , means]) => [quotedIn(name)[0], means])
    expect(rows).toEqual(Object.entries(scopeOperators).map(([name, { words }]) => [name, `… ${words} …`]))
  })

  const rows = rowsUnder('Flows')
  it('has each property that a rule can write, with its limit', () => {
    const written = rows.flatMap(([objectType = '', property = '', takes = '']) =>
      Object.hasOwn(tenantProperties, objectType) ? [[objectType, quotedIn(property)[0], takes]] : []
    )
    const declared = Object.entries(tenantProperties).flatMap(([objectType, properties]) =>
      Object.entries(properties).map(([name, { maxLength = '' }]) => [
        objectType,
        name,
        expect.stringContaining(String(maxLength))
      ])
    )
    expect(written).toEqual(declared)
  })

  it('says of each property that cannot be written why', () => {
    const written = rows.flatMap(([names = '', why = '']) =>
      quotedIn(names).flatMap(name => (Object.hasOwn(refusedProperties, name) ? [[name, why]] : []))
    )
    expect(Object.fromEntries(written)).toEqual(refusedProperties)
  })
})
