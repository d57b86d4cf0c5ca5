import type { AttributeRecord, AttributeValue, ComplexValue } from '@opendirsync/contracts'

/**
 * What must be written for the tenant to have what is desired. Absent, null and the empty collection are one to
 * Graph; collections have no order. A name that `desired` lacks says nothing, so it is never in the answer.
 *
 * A complex value is written as a whole: Graph takes an omitted part of employeeOrgData for null, and one of
 * onPremisesExtensionAttributes for unchanged. So parts that are no longer desired are there, as null.
 */
export function difference(desired: AttributeRecord, exported: AttributeRecord | undefined): AttributeRecord {
  if (exported === undefined) return withWholeValues(desired)
  return Object.fromEntries(
    Object.entries(desired).flatMap(([name, value]) =>
      isSame(value, exported[name]) ? [] : [[name, wholeValue(name, value, exported[name])]]
    )
  )
}

/** All that is desired, for an object whose present state is not known. */
export function withWholeValues(desired: AttributeRecord): AttributeRecord {
  return Object.fromEntries(
    Object.entries(desired).map(([name, value]) => [name, wholeValue(name, value, undefined)])
  )
}

/** What has a value: nothing needs to be cleared on an object that does not exist yet. */
export function withValues(desired: AttributeRecord): AttributeRecord {
  return Object.fromEntries(Object.entries(desired).filter(([, value]) => !isEmpty(value)))
}

function isSame(one: AttributeValue, other: AttributeValue | undefined): boolean {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other)
  if (isComplex(one) && isComplex(other)) return hasSameParts(one, other)
  if (!isCollection(one) || !isCollection(other)) return one === other
  const sorted = [...other].sort()
  return one.length === other.length && [...one].sort().every((value, position) => value === sorted[position])
}

function isEmpty(value: AttributeValue | undefined): boolean {
  if (value === undefined || value === null) return true
  if (isComplex(value)) return Object.values(value).every(part => part === null)
  return isCollection(value) && value.length === 0
}

function hasSameParts(one: ComplexValue, other: ComplexValue): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every(name => (one[name] ?? null) === (other[name] ?? null))
}

function isComplex(value: AttributeValue | undefined): value is ComplexValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCollection(value: AttributeValue | undefined): value is readonly string[] {
  return Array.isArray(value)
}

const partsOf: Readonly<Record<string, readonly string[]>> = {
  employeeOrgData: ['division', 'costCenter'],
  onPremisesExtensionAttributes: Array.from(
    { length: 15 },
    (_each, index) => `extensionAttribute${index + 1}`
  )
}

function wholeValue(
  name: string,
  value: AttributeValue,
  earlier: AttributeValue | undefined
): AttributeValue {
  const all = partsOf[name]
  if (value === null && all !== undefined) return cleared(all)
  if (!isComplex(value)) return value
  const omitted = name === 'employeeOrgData' ? (all ?? []) : []
  return { ...cleared(omitted), ...cleared(isComplex(earlier) ? Object.keys(earlier) : []), ...value }
}

function cleared(parts: readonly string[]): ComplexValue {
  return Object.fromEntries(parts.map(part => [part, null]))
}
