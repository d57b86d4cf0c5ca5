import type { AttributeRecord, AttributeValue, ComplexValue } from '@opendirsync/contracts'

interface Difference {
  readonly attribute: string
  readonly expected: AttributeValue
  /** Of a complex value only the parts that were written. */
  readonly found: AttributeValue
}

interface Comparison {
  /** What was written. An attribute that is not in it is not ours to judge. */
  readonly exported: AttributeRecord
  readonly found: AttributeRecord
  /** True: what is not in `found` has no value. False: nothing is known of it. */
  readonly whole: boolean
  /** Attributes that the tenant refuses: it has something else than was meant, and is not asked about it. */
  readonly refused: readonly string[]
}

/** Which values of an object are not as they were written, as Graph compares. */
export function differences({ exported, found, whole, refused }: Comparison): Difference[] {
  return Object.entries(exported).flatMap(([attribute, expected]) => {
    const isTold = attribute in found
    if (refused.includes(attribute) || (!isTold && !whole)) return []
    const value = partsWritten(expected, found[attribute] ?? null)
    if (sameValue(attribute, expected, value)) return []
    // Exchange gives addresses to whom it serves, and Graph does not take an empty one.
    if (attribute === 'mail' && isEmpty(expected)) return []
    return [{ attribute, expected, found: value }]
  })
}

/**
 * Absent, null and empty are one. Collections have no order. Blanks at the ends do not count; nor does case where the
 * tenant compares without it.
 */
export function sameValue(
  attribute: string,
  one: AttributeValue | undefined,
  other: AttributeValue | undefined
): boolean {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other)
  if (isComplex(one) && isComplex(other)) {
    const parts = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...parts].every(part => sameValue(part, one[part], other[part]))
  }
  if (isCollection(one) && isCollection(other)) {
    const normal = (values: readonly string[]) =>
      [...new Set(values.map(value => normalised(attribute, value)))].sort()
    return JSON.stringify(normal(one)) === JSON.stringify(normal(other))
  }
  if (typeof one === 'string' && typeof other === 'string')
    return normalised(attribute, one) === normalised(attribute, other)
  return one === other
}

const caseless = new Set(
  'userPrincipalName mail mailNickname proxyAddresses otherMails imAddresses usageLocation preferredLanguage'.split(
    ' '
  )
)
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

function normalised(attribute: string, value: string): string {
  const trimmed = value.trim()
  if (dateTime.test(trimmed)) return String(Date.parse(trimmed))
  return caseless.has(attribute) ? trimmed.toLowerCase() : trimmed
}

/** Where nothing was written, every part is meant to be empty. */
function partsWritten(expected: AttributeValue, found: AttributeValue): AttributeValue {
  if (!isComplex(found)) return found
  const parts = Object.entries(found).filter(([part, value]) =>
    isComplex(expected) ? part in expected : value !== null
  )
  return parts.length === 0 ? null : Object.fromEntries(parts)
}

function isEmpty(value: AttributeValue | undefined): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  if (isComplex(value)) return Object.values(value).every(part => isEmpty(part))
  return isCollection(value) && value.length === 0
}

function isComplex(value: AttributeValue | undefined): value is ComplexValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCollection(value: AttributeValue | undefined): value is readonly string[] {
  return Array.isArray(value)
}
