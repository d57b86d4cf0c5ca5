const FIXED_BYTES = 8

/**
 * The text form `S-1-5-21-…` of a SID's bytes (MS-DTYP sections 2.4.2.1 and 2.4.2.2).
 * @returns undefined when the bytes are no SID
 */
export function sidText(bytes: Buffer): string | undefined {
  if (!isSid(bytes)) return undefined
  const parts = [bytes[0] ?? 0, bytes.readUIntBE(2, 6)]
  for (let at = FIXED_BYTES; at < bytes.length; at += 4) parts.push(bytes.readUInt32LE(at))
  return `S-${parts.join('-')}`
}

/** The relative identifier: the last part. @returns undefined when the bytes are no SID or one without parts */
export function ridOf(bytes: Buffer): number | undefined {
  return isSid(bytes) && bytes.length > FIXED_BYTES ? bytes.readUInt32LE(bytes.length - 4) : undefined
}

function isSid(bytes: Buffer): boolean {
  return bytes.length >= FIXED_BYTES && bytes.length === FIXED_BYTES + (bytes[1] ?? 0) * 4
}
