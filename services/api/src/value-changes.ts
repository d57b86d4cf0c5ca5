import type { AttributeRecord, AttributeValue } from '@opendirsync/contracts'

export interface ValueChange {
  readonly attribute: string
  readonly before?: AttributeValue
  readonly after?: AttributeValue
}

/**
 * What the tenant would see change. A name that `after` lacks says nothing; absent, null and the empty collection are one
 * to Graph; collections have no order.
 */
export function valueChanges(before: AttributeRecord, after: AttributeRecord): ValueChange[] {
  return Object.entries(after)
    .filter(([attribute, value]) => canonical(value) !== canonical(before[attribute]))
    .map(([attribute, value]) => ({
      attribute,
      ...(before[attribute] !== undefined && { before: before[attribute] }),
      after: value
    }))
}

function canonical(value: AttributeValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return JSON.stringify(value)
  const parts = Array.isArray(value) ? [...value] : Object.entries(value).filter(([, part]) => part !== null)
  return parts.length === 0
    ? ''
    : JSON.stringify(parts.toSorted((one, other) => (String(one) < String(other) ? -1 : 1)))
}
