import { describe, expect, it } from 'vitest'
import { FilterSyntaxError } from '../errors.ts'
import { encodeFilter, escapeFilterValue } from './filter.ts'

describe('encodeFilter', () => {
  it('encodes presence as one string', () => {
    expect(encodeFilter('(objectClass=*)').toString('hex')).toBe('870b6f626a656374436c617373')
  })

  it('encodes an OR of equalities', () => {
    const bytes = encodeFilter('(|(objectClass=user)(objectClass=group))')
    expect(bytes.toString('hex')).toBe(
      'a12b' + 'a313040b6f626a656374436c617373040475736572' + 'a314040b6f626a656374436c617373040567726f7570'
    )
  })

  it('refuses a text that is no filter', () => {
    expect(() => encodeFilter('((')).toThrow(FilterSyntaxError)
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
