/** Arcs of more than 32 bits do not occur in a schema; without a limit a long run of 0x80 would count for ever. */
const MOST_ARC = 0xffff_ffff

/**
 * The dotted form of an object identifier's content octets (X.690 section 8.19).
 * @returns undefined when the bytes are no object identifier
 */
export function oidFromBytes(bytes: Uint8Array): string | undefined {
  const arcs: number[] = []
  let arc = 0
  let open = true
  for (const byte of bytes) {
    arc = arc * 128 + (byte & 0x7f)
    if (arc > MOST_ARC) return undefined
    open = (byte & 0x80) !== 0
    if (open) continue
    arcs.push(arc)
    arc = 0
  }
  const [first, ...rest] = arcs
  if (first === undefined || open) return undefined
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...rest].join('.')
}

/** @throws TypeError when the text is no dotted object identifier */
export function oidToBytes(oid: string): Buffer {
  if (!/^[0-2](\.\d{1,10})+$/.test(oid))
    throw new TypeError('an object identifier has the form 1.2.840.113556')
  const [root = 0, second = 0, ...rest] = oid.split('.').map(Number)
  return Buffer.from([root * 40 + second, ...rest].flatMap(arcToBytes))
}

function arcToBytes(arc: number): number[] {
  const bytes = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) | 0x80)
  }
  return bytes
}
