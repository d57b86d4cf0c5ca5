import type { AttributeRecord, AttributeValue } from '@opendirsync/contracts'

/**
 * What must be written for the tenant to have what is desired. Absent, null and the empty collection are one to
 * Graph; collections have no order. A name that `desired` lacks says nothing, so it is never in the answer.
 */
export function difference(desired: AttributeRecord, exported: AttributeRecord | undefined): AttributeRecord {
  if (exported === undefined) return desired
  return Object.fromEntries(Object.entries(desired).filter(([name, value]) => !isSame(value, exported[name])))
}

/** What has a value: nothing needs to be cleared on an object that does not exist yet. */
export function withValues(desired: AttributeRecord): AttributeRecord {
  return Object.fromEntries(Object.entries(desired).filter(([, value]) => !isEmpty(value)))
}

function isSame(one: AttributeValue, other: AttributeValue | undefined): boolean {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other)
  if (!isCollection(one) || !isCollection(other)) return one === other
  const sorted = [...other].sort()
  return one.length === other.length && [...one].sort().every((value, position) => value === sorted[position])
}

function isEmpty(value: AttributeValue | undefined): boolean {
  return value === undefined || value === null || (isCollection(value) && value.length === 0)
}

function isCollection(value: AttributeValue | undefined): value is readonly string[] {
  return Array.isArray(value)
}
