import { BerReader } from '../ber/reader.ts'
import { boolean, integer, octetString, sequence } from '../ber/write.ts'

/** A control on a request or an answer (RFC 4511 section 4.1.11). */
export interface Control {
  readonly oid: string
  readonly critical: boolean
  readonly value?: Uint8Array
}

/** Controls of Active Directory (MS-ADTS section 3.1.1.3.4.1) and of RFC 2696. */
export const controlOid = {
  dirSync: '1.2.840.113556.1.4.841',
  notification: '1.2.840.113556.1.4.528',
  extendedDn: '1.2.840.113556.1.4.529',
  showDeleted: '1.2.840.113556.1.4.417',
  treeDelete: '1.2.840.113556.1.4.805',
  paged: '1.2.840.113556.1.4.319'
} as const

/** Flags of the DirSync control (MS-ADTS section 3.1.1.3.4.1.3). */
export const dirSyncFlag = {
  objectSecurity: 0x1,
  incrementalValues: 0x80000000
} as const

export const showDeleted: Control = { oid: controlOid.showDeleted, critical: true }
export const treeDelete: Control = { oid: controlOid.treeDelete, critical: true }
export const notification: Control = { oid: controlOid.notification, critical: true }

/** Distinguished names as `<GUID=…>;<SID=…>;DN` with the GUID in its text form (MS-ADTS 3.1.1.3.4.1.5). */
export const extendedDn: Control = {
  oid: controlOid.extendedDn,
  critical: true,
  value: sequence(integer(1))
}

export function dirSyncControl(flags: number, maxBytes: number, cookie: Uint8Array): Control {
  const value = sequence(integer(flags), integer(maxBytes), octetString(cookie))
  return { oid: controlOid.dirSync, critical: true, value }
}

/** The answer's DirSync control; `undefined` when the server did not send one. */
export function readDirSyncControl(
  controls: readonly Control[]
): { more: boolean; cookie: Uint8Array } | undefined {
  const reader = valueReader(controls, controlOid.dirSync)
  if (reader === undefined) return undefined
  const more = reader.integer() !== 0
  reader.integer()
  // A copy: the cookie outlives the message, and a view would keep all of the message's memory.
  return { more, cookie: Uint8Array.from(reader.octets()) }
}

/** Cut the answer into pages (RFC 2696). */
export function pagedControl(pageSize: number, cookie: Uint8Array): Control {
  return { oid: controlOid.paged, critical: true, value: sequence(integer(pageSize), octetString(cookie)) }
}

/** The cookie of the next page; `undefined` after the last. */
export function readPagedCookie(controls: readonly Control[]): Uint8Array | undefined {
  const reader = valueReader(controls, controlOid.paged)
  if (reader === undefined) return undefined
  reader.integer()
  const cookie = Uint8Array.from(reader.octets())
  return cookie.length === 0 ? undefined : cookie
}

export function encodeControl({ oid, critical, value }: Control): Buffer {
  const parts = [octetString(oid)]
  if (critical) parts.push(boolean(true))
  if (value !== undefined) parts.push(octetString(value))
  return sequence(...parts)
}

function valueReader(controls: readonly Control[], oid: string): BerReader | undefined {
  const value = controls.find(control => control.oid === oid)?.value
  if (value === undefined) return undefined
  const reader = new BerReader(Buffer.from(value))
  reader.enter(0x30)
  return reader
}
