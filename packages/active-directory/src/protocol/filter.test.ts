import { describe, expect, it } from 'vitest'
import { importedClasses } from '../dir-sync/dir-sync.ts'
import { encodeFilter, escapeFilterValue } from './filter.ts'

describe('encodeFilter', () => {
  it('encodes presence as one string', () => {
    expect(encodeFilter('(objectClass=*)').toString('hex')).toBe('870b6f626a656374436c617373')
  })

  it('encodes the filter of imports as an OR of equalities', () => {
    const bytes = encodeFilter(importedClasses)
    expect(bytes[0]).toBe(0xa1)
    expect(bytes.toString('latin1')).toContain('organizationalUnit')
  })

  it('refuses a text that is no filter', () => {
    expect(() => encodeFilter('((')).toThrow()
  })
})

describe('escapeFilterValue', () => {
  it('leaves nothing that has a meaning in a filter', () => {
    expect(escapeFilterValue('a*(b)\\c\0')).toBe('a\\2a\\28b\\29\\5cc\\00')
  })

  it('stands for the same value', () => {
    const value = 'Doe (Jane) * \\ Müller'
    const bytes = encodeFilter(`(cn=${escapeFilterValue(value)})`)
    expect(bytes.toString('utf8')).toContain(value)
  })
})
