import type { AttributeRecord } from '@opendirsync/contracts'
import { describe, expect, it } from 'vitest'
import { valueChanges } from './value-changes.ts'

describe('valueChanges', () => {
  const cases: [name: string, before: AttributeRecord, after: AttributeRecord, changed: string[]][] = [
    ['the same', { a: 'x' }, { a: 'x' }, []],
    ['another value', { a: 'x' }, { a: 'y' }, ['a']],
    ['a new value', {}, { a: 'x' }, ['a']],
    ['a cleared value', { a: 'x' }, { a: null }, ['a']],
    ['nothing is said any more', { a: 'x' }, {}, []],
    ['null where there was none', {}, { a: null }, []],
    ['an empty collection where there was none', {}, { a: [] }, []],
    ['another order', { a: ['x', 'y'] }, { a: ['y', 'x'] }, []],
    ['another element', { a: ['x', 'y'] }, { a: ['x'] }, ['a']],
    ['parts that are null', { a: { p: 'x' } }, { a: { q: null, p: 'x' } }, []],
    ['another part', { a: { p: 'x' } }, { a: { p: 'y' } }, ['a']],
    ['text that looks like a number', { a: 1 }, { a: '1' }, ['a']],
    ['false where there was none', {}, { a: false }, ['a']]
  ]
  it.each(cases)('%s', (_name, before, after, changed) => {
    expect(valueChanges(before, after).map(({ attribute }) => attribute)).toEqual(changed)
  })
})
