const SUB_AUTHORITIES_AT = 8

/**
 * The text form `S-1-5-21-…` of a SID's bytes (MS-DTYP sections 2.4.2.1 and 2.4.2.2).
 * @throws TypeError when the bytes are no SID
 */
export function sidFromBytes(bytes: Uint8Array): string {
  if (!isSid(bytes)) throw new TypeError(`${bytes.length} bytes are no SID`)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = buffer[1] ?? 0
  const authority = buffer.readUIntBE(2, 6)
  const authorityText =
    authority < 0x1_0000_0000 ? String(authority) : `0x${authority.toString(16).padStart(12, '0')}`
  let text = `S-${buffer[0]}-${authorityText}`
  for (let index = 0; index < count; index++)
    text += `-${buffer.readUInt32LE(SUB_AUTHORITIES_AT + index * 4)}`
  return text
}

/** Whether the bytes have the form of a SID: as long as its number of sub-authorities says. */
export function isSid(bytes: Uint8Array): boolean {
  return bytes.length >= SUB_AUTHORITIES_AT && bytes.length === SUB_AUTHORITIES_AT + (bytes[1] ?? 0) * 4
}

/** @throws TypeError when the text is no SID */
export function sidToBytes(sid: string): Buffer {
  const parts = /^S-(\d+)-(\d+|0x[0-9a-f]{12})((?:-\d+)*)$/i.exec(sid)
  if (parts === null) throw new TypeError('a SID has the form S-1-5-21-1-2-3-500')
  const subAuthorities = (parts[3] ?? '').split('-').slice(1).map(Number)
  const bytes = Buffer.alloc(SUB_AUTHORITIES_AT + subAuthorities.length * 4)
  bytes[0] = Number(parts[1])
  bytes[1] = subAuthorities.length
  bytes.writeUIntBE(Number(parts[2]), 2, 6)
  for (const [index, value] of subAuthorities.entries())
    bytes.writeUInt32LE(value, SUB_AUTHORITIES_AT + index * 4)
  return bytes
}
