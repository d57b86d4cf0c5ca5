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
  ['false where there was nothing', { a: false }, {}, { a: false }]
]

it.each(cases)('writes %s', (_what, desired, exported, expected) => {
  expect(difference(desired, exported)).toEqual(expected)
})

it('leaves out what a new object does not need to have cleared', () => {
  expect(withValues({ a: 'x', b: null, c: [], d: false })).toEqual({ a: 'x', d: false })
})
