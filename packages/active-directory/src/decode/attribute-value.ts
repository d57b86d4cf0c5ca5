import { isUtf8 } from 'node:buffer'
import { parseExtendedDn } from './extended-dn.ts'

/**
 * One value as the connector space keeps it. Binary attributes are Base64. Everything else is text; a value
 * that cannot be text (no UTF-8, or with a NUL, which PostgreSQL cannot keep) is Base64 as well.
 * Distinguished names lose the parts that the extended-DN control puts before them.
 */
export function attributeValue(value: Buffer, binary: boolean): string {
  if (binary) return value.toString('base64')
  const text = value.toString('utf8')
  if (text.includes('\0') || (text.includes('\ufffd') && !isUtf8(value))) return value.toString('base64')
  return text.startsWith('<GUID=') ? parseExtendedDn(text).dn : text
}
