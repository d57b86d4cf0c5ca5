/** Octets as text, without anything of Node's: this package is pure. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const valueOfSign = new Map(Array.from(alphabet).map((sign, value) => [sign, value]))

export function toBase64(octets: Uint8Array): string {
  const signs: string[] = []
  for (let index = 0; index < octets.length; index += 3) {
    const [first = 0, second, third] = octets.subarray(index, index + 3)
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0)
    signs.push(alphabet[group >> 18] ?? '', alphabet[(group >> 12) & 63] ?? '')
    signs.push(second === undefined ? '=' : (alphabet[(group >> 6) & 63] ?? ''))
    signs.push(third === undefined ? '=' : (alphabet[group & 63] ?? ''))
  }
  return signs.join('')
}

/** Undefined when the text is not Base64 (RFC 4648 section 4). */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const bare = text.replace(/={1,2}$/, '')
  const octets = new Uint8Array(Math.floor((bare.length * 3) / 4))
  let bits = 0
  let held = 0
  let length = 0
  for (const sign of bare) {
    const value = valueOfSign.get(sign)
    if (value === undefined) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    octets[length] = (held >> bits) & 0xff
    length += 1
  }
  return octets
}

export function toHex(octets: Uint8Array): string {
  return Array.from(octets, octet => octet.toString(16).padStart(2, '0')).join('')
}

/** Undefined when the text is not pairs of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 === 1 || /[^0-9a-f]/i.test(text)) return undefined
  return Uint8Array.from(text.match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

/** UTF-16, the lower octet first: what .NET calls Unicode. */
export function toUtf16(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2)
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    octets[index * 2] = unit & 0xff
    octets[index * 2 + 1] = unit >> 8
  }
  return octets
}

export function decode(octets: Uint8Array, encoding: string): string {
  const label = encoding === 'Unicode' ? 'utf-16le' : 'utf-8'
  if (encoding === 'ASCII')
    return Array.from(octets, octet => String.fromCharCode(octet < 128 ? octet : 63)).join('')
  return new TextDecoder(label).decode(octets)
}
