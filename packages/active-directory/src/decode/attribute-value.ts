import { isUtf8 } from 'node:buffer'
import type { AttributeSyntax } from './attribute-syntax.ts'
import { parseExtendedDn } from './extended-dn.ts'

/** All values of one attribute, in their order. */
export function attributeValues(values: readonly Buffer[], syntax: AttributeSyntax): string[] {
  const [only] = values
  if (values.length === 1 && only !== undefined) return [attributeValue(only, syntax)]
  return values.map(value => attributeValue(value, syntax))
}

/**
 * One value as the connector space keeps it. Binary attributes are Base64. Everything else is text; a value
 * that cannot be text (no UTF-8, or with a NUL, which PostgreSQL cannot keep) is Base64 as well.
 * Distinguished names lose the parts that the extended-DN control puts before them.
 */
export function attributeValue(value: Buffer, syntax: AttributeSyntax): string {
  if (syntax === 'binary') return value.toString('base64')
  const text = value.toString('utf8')
  if (text.includes('\0') || (text.includes('\ufffd') && !isUtf8(value))) return value.toString('base64')
  return syntax === 'dn' ? parseExtendedDn(text).dn : text
}
