import type { AttributeValue } from '@opendirsync/contracts'
import type { DirectoryValues } from './attribute-flow.ts'

/** The first value without the spaces around it; undefined when there is none or nothing is left of it. */
export function single(values: DirectoryValues): string | undefined {
  const value = values?.[0]?.trim()
  return value === '' ? undefined : value
}

/** A metaverse value as text; undefined when it is absent, cleared or not text. */
export function text(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** AD's Boolean syntax is the words TRUE and FALSE (MS-ADTS 3.1.1.2.2.2.1). */
export function isTrue(values: DirectoryValues): boolean {
  return single(values)?.toUpperCase() === 'TRUE'
}

const decimal = /^-?\d+$/

/** A decimal integer of up to 64 bits, signed as AD writes it; undefined when it is absent or not a number. */
export function integer(values: DirectoryValues): bigint | undefined {
  const value = single(values)
  return value !== undefined && decimal.test(value) ? BigInt(value) : undefined
}

/** A decimal integer of 32 bits, as userAccountControl and groupType are, for bit operations. */
export function flags(values: DirectoryValues): number | undefined {
  const value = single(values)
  return value !== undefined && value.length <= 11 && decimal.test(value) ? Number(value) | 0 : undefined
}

/** Whether the first value begins so, whatever the case. @param prefix in lower case */
export function beginsWith(values: DirectoryValues, prefix: string): boolean {
  const value = single(values)
  return (
    value !== undefined &&
    value.length >= prefix.length &&
    value.slice(0, prefix.length).toLowerCase() === prefix
  )
}
