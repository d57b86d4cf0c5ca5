import { hash } from 'node:crypto'
import type { ObjectGuid } from '@opendirsync/contracts'

const textForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const nilGuid = '00000000-0000-0000-0000-000000000000'

/** The GUID in lower case; braces around it are dropped. Undefined for other text and for the one of zeros. */
export function guidOf(text: string): ObjectGuid | undefined {
  const bare = (text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text).toLowerCase()
  return textForm.test(bare) && bare !== nilGuid ? bare : undefined
}

/** Somebody meant to write a GUID: one that is cut short, has a sign too many, or is all zeros. */
export function resemblesGuid(text: string): boolean {
  return (
    text.length >= 30 && /^\{?[0-9a-z]+(-[0-9a-z]+){4}\}?$/i.test(text) && text.split('-')[1]?.length === 4
  )
}

/**
 * What makes UUIDs of version 5: the same for the same name in the same namespace, everywhere (RFC 9562 section 5.5).
 */
export function namedGuids(namespace: ObjectGuid): (name: string) => ObjectGuid {
  const prefix = Buffer.from(namespace.replaceAll('-', ''), 'hex')
  return name => {
    const hex = hash('sha1', Buffer.concat([prefix, Buffer.from(name, 'utf8')]))
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }
}

/** The 16 octets as AD keeps them in an attribute, in Base64: the first three fields little-endian (MS-DTYP 2.3.4.2). */
export function guidOctets(guid: ObjectGuid): string {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes.toString('base64')
}
