import type { AttributeRecord, AttributeValue } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differences, sameValue } from './compare.ts'

describe('sameValue', () => {
  const cases: [
    name: string,
    attribute: string,
    one: AttributeValue,
    other: AttributeValue,
    same: boolean
  ][] = [
    ['the same text', 'department', 'Sales', 'Sales', true],
    ['another text', 'department', 'Sales', 'Buying', false],
    ['another case of a text', 'department', 'Sales', 'SALES', false],
    ['another case of an address', 'mail', 'Ada@contoso.com', 'ada@CONTOSO.com', true],
    ['another case of an alias', 'mailNickname', 'Ada', 'ada', true],
    ['another case of the anchor', 'onPremisesImmutableId', 'aGVsbG8=', 'aGVSbG8=', false],
    ['blanks at the ends', 'department', 'Sales ', 'Sales', true],
    ['none and null', 'department', null, '', true],
    ['none and the empty list', 'businessPhones', [], null, true],
    ['a list in another order', 'otherMails', ['a@x.y', 'b@x.y'], ['B@x.y', 'a@x.y'], true],
    ['a list with one more', 'otherMails', ['a@x.y'], ['a@x.y', 'b@x.y'], false],
    [
      'parts that have no value',
      'employeeOrgData',
      { division: 'A', costCenter: null },
      { division: 'A' },
      true
    ],
    ['another part', 'employeeOrgData', { division: 'A' }, { division: 'B' }, false],
    [
      'a time with fractions',
      'employeeLeaveDateTime',
      '2026-01-02T00:00:00Z',
      '2026-01-02T00:00:00.0000000Z',
      true
    ],
    ['true and false', 'accountEnabled', true, false, false]
  ]
  it.each(cases)('%s', (_name, attribute, one, other, same) => {
    expect(sameValue(attribute, one, other)).toBe(same)
    expect(sameValue(attribute, other, one)).toBe(same)
  })
})

describe('differences', () => {
  const exported: AttributeRecord = {
    department: 'Sales',
    jobTitle: null,
    onPremisesExtensionAttributes: { extensionAttribute1: 'a' }
  }
  const compare = (found: AttributeRecord, whole = false, refused: string[] = []) =>
    differences({ exported, found, whole, refused })

  it('judges what was told, and what was not only in the whole', () => {
    expect(compare({ jobTitle: 'Boss' })).toEqual([{ attribute: 'jobTitle', expected: null, found: 'Boss' }])
    expect(compare({}, true).map(({ attribute }) => attribute)).toEqual([
      'department',
      'onPremisesExtensionAttributes'
    ])
  })

  it('never judges what was not written, and what is refused', () => {
    expect(compare({ city: 'Bonn', department: 'Sales' })).toEqual([])
    expect(compare({ department: 'Buying' }, false, ['department'])).toEqual([])
  })

  it('looks at the parts that were written', () => {
    const found = { extensionAttribute1: 'a', extensionAttribute2: 'theirs' }
    expect(compare({ onPremisesExtensionAttributes: found })).toEqual([])
    expect(compare({ onPremisesExtensionAttributes: { ...found, extensionAttribute1: 'b' } })).toMatchObject([
      { found: { extensionAttribute1: 'b' } }
    ])
    expect(
      differences({
        exported: { onPremisesExtensionAttributes: null },
        found: {
          onPremisesExtensionAttributes: { extensionAttribute1: null, extensionAttribute2: 'theirs' }
        },
        whole: false,
        refused: []
      })
    ).toMatchObject([{ found: { extensionAttribute2: 'theirs' } }])
  })

  it('lets Exchange give an address to who has none', () => {
    const found = { mail: 'ada@contoso.com' }
    expect(differences({ exported: { mail: null }, found, whole: true, refused: [] })).toEqual([])
    expect(differences({ exported: { mail: 'x@y.z' }, found, whole: true, refused: [] })).toHaveLength(1)
  })

  it('finds nothing in what was written, whatever it is', () => {
    const value = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
      fc.dictionary(fc.string(), fc.option(fc.string()))
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), written => {
        expect(differences({ exported: written, found: written, whole: true, refused: [] })).toEqual([])
      })
    )
  })
})
