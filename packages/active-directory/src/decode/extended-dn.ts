import type { ObjectGuid } from '@opendirsync/contracts'

/** A DN as the extended-DN control gives it (MS-ADTS section 3.1.1.3.4.1.5). */
export interface ExtendedDn {
  readonly dn: string
  readonly guid?: ObjectGuid
  /** Text form; only security principals have one. */
  readonly sid?: string
}

const parts = /^<GUID=([0-9a-fA-F-]{36})>(?:;<SID=(S-[0-9-]+)>)?(?:;(.*))?$/s
const GUID_AT = '<GUID='.length
const GUID_END = GUID_AT + 36

/** `<GUID=…>;<SID=…>;DN`; a DN without those parts is taken as it is. */
export function parseExtendedDn(text: string): ExtendedDn {
  const found = parts.exec(text)
  if (found === null) return { dn: text }
  const [, guid = '', sid, dn = ''] = found
  return { dn, guid: guid.toLowerCase(), ...(sid !== undefined && { sid }) }
}

/** Only the GUID, read from the bytes without a detour: groups have many members. `undefined` when there is none. */
export function guidOfExtendedDn(value: Buffer): ObjectGuid | undefined {
  if (value.length <= GUID_END || value[0] !== 0x3c || value[GUID_END] !== 0x3e) return undefined
  return value.toString('latin1', GUID_AT, GUID_END).toLowerCase()
}
