/** A SID of a domain: what names a person or group there. `S-1-5-10` (SELF), say, names nobody. */
const ofDomain = /^S-1-5-21-\d+-\d+-\d+-\d+$/

/**
 * The SID of an account of some domain, in the form `S-1-5-21-…`.
 *
 * @param value that form, or the bytes (MS-DTYP section 2.4.2.2) in Base64
 * @returns undefined for other SIDs, and for what is none
 */
export function domainSid(value: string): string | undefined {
  const sid = value.startsWith('S-') ? value : sidOfBase64(value)
  return sid !== undefined && ofDomain.test(sid) ? sid : undefined
}

const subAuthoritiesAt = 8

function sidOfBase64(value: string): string | undefined {
  const bytes = bytesOf(value)
  const count = bytes?.[1] ?? 0
  if (bytes === undefined || bytes.length !== subAuthoritiesAt + count * 4) return undefined
  const view = new DataView(bytes.buffer)
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4)
  let sid = `S-${view.getUint8(0)}-${authority}`
  for (let index = 0; index < count; index++) sid += `-${view.getUint32(subAuthoritiesAt + index * 4, true)}`
  return sid
}

function bytesOf(value: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(value), sign => sign.charCodeAt(0))
  } catch {
    return undefined
  }
}
