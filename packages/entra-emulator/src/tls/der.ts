/** Writes DER (X.690): just what a certificate is made of. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

export const sequence = (...items: Uint8Array[]) => der(0x30, ...items)
export const set = (...items: Uint8Array[]) => der(0x31, ...items)
export const octets = (content: Uint8Array) => der(0x04, content)
export const utf8 = (value: string) => der(0x0c, Buffer.from(value))
export const nothing = () => der(0x05)
export const yes = () => der(0x01, Buffer.from([0xff]))

/** A context-specific tag, around other elements. */
export const explicit = (number: number, ...items: Uint8Array[]) => der(0xa0 + number, ...items)
/** A context-specific tag in place of a primitive's own. */
export const implicit = (number: number, content: Uint8Array) => der(0x80 + number, content)

/** A whole number that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const firstBit = (bytes[0] ?? 0) & 0x80
  return firstBit === 0 ? der(0x02, bytes) : der(0x02, Buffer.from([0]), bytes)
}

export function bits(content: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), content)
}

export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** UTCTime, as certificates write dates before 2050. */
export function utcTime(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${text}Z`))
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 0x7f) | 0x80)
  return bytes
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  if (length < 0x100) return Buffer.from([0x81, length])
  return Buffer.from([0x82, length >> 8, length & 0xff])
}
