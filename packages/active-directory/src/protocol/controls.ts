import { type Control, controlReader, integer, octetString, sequence } from '@opendirsync/ldap'

/** Controls of Active Directory (MS-ADTS section 3.1.1.3.4.1). */
export const controlOid = {
  dirSync: '1.2.840.113556.1.4.841',
  notification: '1.2.840.113556.1.4.528',
  extendedDn: '1.2.840.113556.1.4.529',
  showDeleted: '1.2.840.113556.1.4.417',
  showRecycled: '1.2.840.113556.1.4.2064',
  treeDelete: '1.2.840.113556.1.4.805'
} as const

/** Flags of the DirSync control (MS-ADTS section 3.1.1.3.4.1.3). */
export const dirSyncFlag = {
  objectSecurity: 0x1,
  incrementalValues: 0x80000000
} as const

export const showDeleted: Control = { oid: controlOid.showDeleted, critical: true }
/** Not critical: a server older than the recycle bin does not know it, and has nothing to hide. */
export const showRecycled: Control = { oid: controlOid.showRecycled, critical: false }
export const treeDelete: Control = { oid: controlOid.treeDelete, critical: true }
export const notification: Control = { oid: controlOid.notification, critical: true }

/** Distinguished names as `<GUID=…>;<SID=…>;DN` with the GUID in its text form (MS-ADTS 3.1.1.3.4.1.5). */
export const extendedDn: Control = {
  oid: controlOid.extendedDn,
  critical: true,
  value: sequence(integer(1))
}

/**
 * Critical, as it must be: Samba answers a DirSync control that is not with operationsError (dirsync.c).
 * The flags take exactly four octets, as the 32 bits that they are; Windows refuses the five octets that
 * 0x80000000 takes as a positive INTEGER (ldap3 issue 642), and Samba takes both.
 */
export function dirSyncControl(flags: number, maxBytes: number, cookie: Uint8Array): Control {
  const value = sequence(integer(flags), integer(maxBytes), octetString(cookie))
  return { oid: controlOid.dirSync, critical: true, value }
}

/**
 * The answer's DirSync control; `undefined` when the server did not send one.
 * @throws MalformedMessageError when it is none
 */
export function readDirSyncControl(
  controls: readonly Control[]
): { more: boolean; cookie: Uint8Array } | undefined {
  const reader = controlReader(controls, controlOid.dirSync)
  if (reader === undefined) return undefined
  const more = reader.integer() !== 0
  reader.integer()
  // A copy: the cookie outlives the message, and a view would keep all of the message's memory.
  return { more, cookie: Uint8Array.from(reader.octets()) }
}
