import type { AttributeRecord } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { difference, withValues } from './difference.ts'

const cases: [string, AttributeRecord, AttributeRecord | undefined, AttributeRecord][] = [
  ['everything, when nothing was written yet', { a: 'x', b: null }, undefined, { a: 'x', b: null }],
  ['nothing, when both are the same', { a: 'x', b: true, c: ['1'] }, { a: 'x', b: true, c: ['1'] }, {}],
  ['what has changed', { a: 'y', b: 'x' }, { a: 'x', b: 'x' }, { a: 'y' }],
  ['what is to be cleared', { a: null }, { a: 'x' }, { a: null }],
  ['a collection that is to be emptied', { a: [] }, { a: ['x'] }, { a: [] }],
  ['nothing, when absent, null and empty meet', { a: null, b: [], c: null }, { b: null, c: [] }, {}],
  ['nothing, when only the order of a collection differs', { a: ['x', 'y'] }, { a: ['y', 'x'] }, {}],
  ['a collection with another value', { a: ['x', 'z'] }, { a: ['x', 'y'] }, { a: ['x', 'z'] }],
  ['nothing about a name that desired does not have', {}, { a: 'x' }, {}],
  ['a change of case', { a: 'Berg' }, { a: 'berg' }, { a: 'Berg' }],
  [
    'nothing, when the parts of a complex value are the same',
    { c: { a: 'x', b: null } },
    { c: { a: 'x' } },
    {}
  ],
  ['nothing, when a complex value without any value meets null', { c: { a: null } }, { c: null }, {}],
  [
    'a complex value as a whole, with the parts that are gone',
    { c: { a: 'x', b: 'new' } },
    { c: { a: 'x', b: 'old', d: 'gone' } },
    { c: { a: 'x', b: 'new', d: null } }
  ],
  [
    'both parts of employeeOrgData',
    { employeeOrgData: { division: 'North' } },
    {},
    { employeeOrgData: { division: 'North', costCenter: null } }
  ],
  [
    'every part of a complex value that is to be cleared',
    { employeeOrgData: null },
    { employeeOrgData: { division: 'North', costCenter: '7' } },
    { employeeOrgData: { division: null, costCenter: null } }
  ],
  ['false where there was nothing', { a: false }, {}, { a: false }]
]

it.each(cases)('writes %s', (_what, desired, exported, expected) => {
  expect(difference(desired, exported)).toEqual(expected)
})

it('leaves out what a new object does not need to have cleared', () => {
  expect(withValues({ a: 'x', b: null, c: [], d: false, e: { f: null } })).toEqual({ a: 'x', d: false })
})
