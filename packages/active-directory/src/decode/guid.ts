import type { ObjectGuid } from '@opendirsync/contracts'

export const GUID_BYTES = 16
const textForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The text form of a GUID's 16 bytes. The first three groups are little-endian, the last two are not
 * (MS-DTYP section 2.3.4.2).
 * @throws TypeError for any other number of bytes
 */
export function guidFromBytes(bytes: Uint8Array): ObjectGuid {
  if (bytes.length !== GUID_BYTES) throw new TypeError(`a GUID has 16 bytes, not ${bytes.length}`)
  const hex = asBuffer(bytes).toString('hex')
  const at = (byte: number) => hex.slice(byte * 2, byte * 2 + 2)
  const first = at(3) + at(2) + at(1) + at(0)
  return `${first}-${at(5)}${at(4)}-${at(7)}${at(6)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** @throws TypeError when the text is no GUID */
export function guidToBytes(guid: ObjectGuid): Buffer {
  if (!isGuid(guid)) throw new TypeError('a GUID has the form 00112233-4455-6677-8899-aabbccddeeff')
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}

export function isGuid(text: string): boolean {
  return textForm.test(text)
}

/** The object's GUID in the place of a DN, which stays right when the object is renamed (MS-ADTS 3.1.1.3.1.2.4). */
export function guidDn(guid: ObjectGuid): string {
  return `<GUID=${guid}>`
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
