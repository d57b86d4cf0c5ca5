import { expect, it } from 'vitest'
import { readOwnRules } from './read-own-rules.ts'
import { scopeOperators } from './scope.ts'

const person = {
  department: ['EXT-Sales'],
  level: ['9'],
  userAccountControl: ['514'],
  isCriticalSystemObject: ['TRUE'],
  proxyAddresses: ['SMTP:a@b.example', 'smtp:c@d.example']
}

function fits(...conditions: readonly string[]): boolean {
  const group = conditions.map(condition => `{ ${condition} }`).join(', ')
  const result = readOwnRules(
    `version: 1\nrules: [{ name: R, objectType: user, precedence: 1, scope: [[${group}]], exclude: { reason: x } }]`
  )
  if ('faults' in result) throw new Error(JSON.stringify(result.faults))
  return result.ok.rules[0]?.scope?.fits(person) ?? false
}

const cases: readonly [condition: string, fits: boolean][] = [
  ['attribute: department, operator: equals, value: ext-sales', true],
  ['attribute: department, operator: equals, value: EXT', false],
  ['attribute: nothing, operator: equals, value: x', false],
  ['attribute: isCriticalSystemObject, operator: equals, value: true', true],
  ['attribute: proxyAddresses, operator: equals, value: "smtp:c@d.example"', true],
  ['attribute: department, operator: not-equals, value: x', true],
  ['attribute: department, operator: not-equals, value: EXT-Sales', false],
  ['attribute: nothing, operator: not-equals, value: x', true],
  ['attribute: proxyAddresses, operator: not-equals, value: "smtp:c@d.example"', false],
  ['attribute: level, operator: less-than, value: 10', true],
  ['attribute: level, operator: less-than, value: 9', false],
  ['attribute: nothing, operator: less-than, value: 9', false],
  ['attribute: level, operator: less-than-or-equals, value: 9', true],
  ['attribute: level, operator: greater-than, value: 8', true],
  ['attribute: level, operator: greater-than, value: 10', false],
  ['attribute: level, operator: greater-than-or-equals, value: 9', true],
  ['attribute: department, operator: contains, value: "-s"', true],
  ['attribute: department, operator: contains, value: x-x', false],
  ['attribute: department, operator: not-contains, value: x-x', true],
  ['attribute: nothing, operator: not-contains, value: x', true],
  ['attribute: department, operator: starts-with, value: ext', true],
  ['attribute: proxyAddresses, operator: starts-with, value: "smtp:c"', true],
  ['attribute: department, operator: not-starts-with, value: ext', false],
  ['attribute: nothing, operator: not-starts-with, value: User_', true],
  ['attribute: department, operator: ends-with, value: SALES', true],
  ['attribute: department, operator: not-ends-with, value: SALES', false],
  ['attribute: nothing, operator: is-null', true],
  ['attribute: department, operator: is-null', false],
  ['attribute: department, operator: is-not-null', true],
  ['attribute: nothing, operator: is-not-null', false],
  ['attribute: department, operator: is-in, value: [x, EXT-SALES]', true],
  ['attribute: department, operator: is-in, value: [x, y]', false],
  ['attribute: department, operator: is-not-in, value: [x, y]', true],
  ['attribute: userAccountControl, operator: is-bit-set, value: 2', true],
  ['attribute: userAccountControl, operator: is-bit-set, value: 0x20', false],
  ['attribute: nothing, operator: is-bit-set, value: 2', false],
  ['attribute: userAccountControl, operator: is-bit-not-set, value: 32', true],
  ['attribute: nothing, operator: is-bit-not-set, value: 2', true]
]

it.each(cases)('%s: %s', (condition, expected) => {
  expect(fits(condition)).toBe(expected)
})

it('every operator is tried here', () => {
  const tried = cases.flatMap(([condition]) => /operator: ([a-z-]+)/.exec(condition)?.[1] ?? [])
  expect([...new Set(tried)].toSorted()).toEqual(Object.keys(scopeOperators).toSorted())
})

it('all conditions of a group must hold', () => {
  const isSales = 'attribute: department, operator: contains, value: Sales'
  expect(fits(isSales, 'attribute: level, operator: equals, value: 9')).toBe(true)
  expect(fits(isSales, 'attribute: level, operator: equals, value: 8')).toBe(false)
})
