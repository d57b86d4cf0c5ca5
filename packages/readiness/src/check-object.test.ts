import type { AttributeValues, ObjectType, ProposedFix } from '@opendirsync/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEmptyValue } from './address/prefixed.ts'
import { addressKeys } from './address-keys.ts'
import { allChecks, checksFor, readinessAttributes } from './all-checks.ts'
import { checkObject } from './check-object.ts'
import { dn } from './example-object.ts'

const objectType = fc.constantFrom<ObjectType>('user', 'group', 'contact')

/** Texts that come near to what the checks look for, with all kinds of dirt. */
const piece = fc.constantFrom(
  ...'a|ann|.|..|@|-|_|#|$| |  |:|smtp:|SMTP:|Smtp:|x500:|X400:|sip:|mailto:|contoso.com|contoso.local|corp|.com|xn--|ü|é|ß|иван|山|😀|\ud83d|\u0007|\n|\u00a0|\u200b|\ufeff|\'|"|&|+|[|]|(|;|,|\\|%|\u0301'.split(
    '|'
  ),
  '|',
  'x'.repeat(70),
  'x'.repeat(300)
)
const text = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 40 })
)
const one = fc.array(text, { maxLength: 1 })
const several = fc.array(text, { maxLength: 6 })
const attributes: fc.Arbitrary<AttributeValues> = fc
  .record(
    Object.fromEntries(readinessAttributes.map(name => [name, name === 'proxyAddresses' ? several : one])),
    { requiredKeys: [] }
  )
  .map(record => ({ ...record }) as AttributeValues)
  // AD keeps no value twice, in whatever case.
  .map(record =>
    Object.fromEntries(
      Object.entries(record).map(([name, list]) => [
        name,
        list.filter(
          (value, at) => list.findIndex(other => other.toLowerCase() === value.toLowerCase()) === at
        )
      ])
    )
  )

/** As AD would: the value goes, then the new one comes, which may not be there yet. */
function apply(before: AttributeValues, { attribute, from, to }: ProposedFix): AttributeValues {
  const list = [...(before[attribute] ?? [])]
  if (from !== null) {
    const at = list.indexOf(from)
    if (at < 0) throw new Error(`${attribute} has no value ${JSON.stringify(from)}.`)
    list.splice(at, 1)
  }
  if (to !== null && list.some(value => value.toLowerCase() === to.toLowerCase())) {
    throw new Error(`${attribute} has ${JSON.stringify(to)} already.`)
  }
  return { ...before, [attribute]: to === null ? list : [to, ...list] }
}

function fixesOf(object: AttributeValues, type: ObjectType): readonly ProposedFix[] {
  return [...new Set(checkObject({ dn, attributes: object }, type).flatMap(({ fix }) => fix ?? []))]
}

describe('any object', () => {
  it('is checked without an exception, and each finding can be read', () => {
    fc.assert(
      fc.property(attributes, objectType, text, (object, type, name) => {
        addressKeys({ connector: 'ad', attributes: object }, type)
        for (const { attribute, why, value } of checkObject({ dn: name, attributes: object }, type)) {
          expect(why).toMatch(/^[A-Z].*\.$/s)
          expect(readinessAttributes).toContain(attribute)
          expect(typeof value).toBe('string')
        }
      }),
      { numRuns: 300 }
    )
  })

  it('has fixes that change one value each, to another one that is not blank', () => {
    fc.assert(
      fc.property(attributes, objectType, (object, type) => {
        const fixes = fixesOf(object, type)
        expect(new Set(fixes.map(({ attribute, from }) => `${attribute}\n${from}`)).size).toBe(fixes.length)
        for (const { action, attribute, from, to } of fixes) {
          expect(to).not.toBe(from)
          expect(to?.trim()).not.toBe('')
          expect(to).toBe(to?.trim() ?? null)
          expect({ action, from: from === null, to: to === null }).toEqual({
            action,
            from: action === 'add-value' || (action === 'replace' && (object[attribute] ?? []).length === 0),
            to: action === 'remove-value'
          })
        }
      }),
      { numRuns: 500 }
    )
  })

  it('is mended by its fixes: in a few rounds none is left', () => {
    fc.assert(
      fc.property(attributes, objectType, (object, type) => {
        let mended = object
        for (let round = 0; round < 5; round++) {
          const fixes = fixesOf(mended, type)
          if (fixes.length === 0) return
          mended = fixes.reduce(apply, mended)
        }
        expect(fixesOf(mended, type)).toEqual([])
      }),
      { numRuns: 1000 }
    )
  })

  it('has no fault in a value that is let pass at once', () => {
    const plans = new Map(checksFor('user').plans.map(plan => [plan.attribute, plan]))
    fc.assert(
      fc.property(fc.constantFrom(...plans.keys()), text, (attribute, value) => {
        const plan = plans.get(attribute)
        // Values with nothing behind their prefix have a check of their own.
        if (plan?.clean(value) !== true || isEmptyValue(value)) return
        const subject = { objectType: 'user' as const, dn, attributes: {}, settings: {} }
        expect(plan.checks.filter(check => check.test(value, subject)).map(({ code }) => code)).toEqual([])
      }),
      { numRuns: 5000 }
    )
  })
})

describe('time', () => {
  const long = 200_000
  const nasty = ['.', '@', 'a.', 'a@', ':', ' ', '-', 'smtp:', '#', 'é', 'x500:/o=a ', 'DC=a,']
  it.each(nasty)('is linear in values of many %j', part => {
    const value = part.repeat(long / part.length)
    const object = Object.fromEntries(
      readinessAttributes.map(name => [name, [value, `smtp:${value}@contoso.com`]])
    )
    const began = performance.now()
    checkObject({ dn: value, attributes: object }, 'user')
    addressKeys({ connector: 'ad', attributes: object }, 'user')
    // A quadratic test would take minutes.
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('the table of checks', () => {
  it('has each check once', () => {
    const rows = allChecks.map(({ code, attributes: of, severity, objectTypes, why }) =>
      [code, severity, of.join(), objectTypes.join(), why].join('\n')
    )
    expect(new Set(rows).size).toBe(rows.length)
  })
})
