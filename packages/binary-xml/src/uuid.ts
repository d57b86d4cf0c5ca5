const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The first three groups lie there with the lowest byte first, the rest as they are read (MS-DTYP section 2.3.4.2). */
export function uuidOf(bytes: Buffer): string {
  const hex = reordered(bytes).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** @throws RangeError when it is none */
export function bytesOfUuid(uuid: string): Buffer {
  if (!form.test(uuid)) throw new RangeError('An identifier that is to be written as a UUID is not one.')
  return reordered(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
}

function reordered(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy.subarray(0, 4).reverse()
  copy.subarray(4, 6).reverse()
  copy.subarray(6, 8).reverse()
  return copy
}
