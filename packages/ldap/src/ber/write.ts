import { berTag } from './tags.ts'

/** A constructed value: tag, length, and the parts one after another. */
export function constructed(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([header(tag, length), ...parts])
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return constructed(berTag.sequence, ...parts)
}

export function octetString(value: string | Uint8Array, tag: number = berTag.octetString): Buffer {
  return constructed(tag, typeof value === 'string' ? Buffer.from(value, 'utf8') : value)
}

/** The shortest two's complement of a 32-bit value, so that 0x80000000 takes four octets and never five. */
export function integer(value: number, tag: number = berTag.integer): Buffer {
  const signed = value | 0
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(signed)
  let start = 0
  while (start < 3 && signExtends(bytes, start)) start++
  return constructed(tag, bytes.subarray(start))
}

export function boolean(value: boolean, tag: number = berTag.boolean): Buffer {
  return Buffer.from([tag, 1, value ? 0xff : 0])
}

function signExtends(bytes: Buffer, index: number): boolean {
  const [octet, next] = [bytes[index] ?? 0, bytes[index + 1] ?? 0]
  return (octet === 0 && next < 0x80) || (octet === 0xff && next >= 0x80)
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length])
  if (length < 0x100) return Buffer.from([tag, 0x81, length])
  if (length < 0x10000) return Buffer.from([tag, 0x82, length >> 8, length & 0xff])
  return Buffer.from([tag, 0x84, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff])
}
