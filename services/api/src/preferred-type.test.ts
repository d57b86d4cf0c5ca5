import { describe, expect, it } from 'vitest'
import { preferredType } from './preferred-type.ts'

describe('preferredType', () => {
  const cases: [accept: string | undefined, type: string][] = [
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV; charset=utf-8', 'text/csv'],
    ['text/*', 'text/csv'],
    ['text/plain, */*;q=0.1', 'text/plain'],
    ['application/json;q=0.5, text/plain;q=0.8', 'text/plain'],
    ['application/json;q=0, */*', 'text/csv'],
    ['image/png', 'application/json'],
    ['text/csv;q=x', 'text/csv']
  ]
  it.each(cases)('%j is answered with %s', (accept, type) => {
    expect(preferredType(accept, ['application/json', 'text/csv', 'text/plain'])).toBe(type)
  })
})
