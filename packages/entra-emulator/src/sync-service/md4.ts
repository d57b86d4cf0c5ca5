/** By round: how far each of four steps rotates, the constant that is added, and the order of the block's words (RFC 1320). */
const rounds = [
  { rotations: [3, 7, 11, 19], constant: 0, order: '0123456789abcdef', mix: choose },
  { rotations: [3, 5, 9, 13], constant: 0x5a827999, order: '048c159d26ae37bf', mix: majority },
  { rotations: [3, 9, 11, 15], constant: 0x6ed9eba1, order: '084c2a6e195d3b7f', mix: parity }
] as const

/** MD4 (RFC 1320), which Node's OpenSSL no longer has: 16 bytes. The NT hash is that of a password in UTF-16LE. */
export function md4(message: Buffer): Buffer {
  const zeros = (119 - (message.length % 64)) % 64
  const tail = Buffer.alloc(1 + zeros + 8)
  tail.writeUInt8(0x80)
  tail.writeBigUInt64LE(BigInt(message.length) * 8n, 1 + zeros)
  const padded = Buffer.concat([message, tail])
  let state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let at = 0; at < padded.length; at += 64) state = digested(state, padded.subarray(at, at + 64))
  const digest = Buffer.alloc(16)
  for (const [index, word] of state.entries()) digest.writeUInt32LE(word >>> 0, index * 4)
  return digest
}

type State = readonly [number, number, number, number]

function digested(before: State, block: Buffer): State {
  let [a, b, c, d] = before
  for (const { rotations, constant, order, mix } of rounds) {
    for (let step = 0; step < order.length; step += 1) {
      const word = block.readUInt32LE(Number.parseInt(order.charAt(step), 16) * 4)
      const sum = (a + mix(b, c, d) + word + constant) | 0
      const rotation = rotations[step % 4] ?? 0
      const turned = (sum << rotation) | (sum >>> (32 - rotation))
      ;[a, b, c, d] = [d, turned, b, c]
    }
  }
  return [(a + before[0]) | 0, (b + before[1]) | 0, (c + before[2]) | 0, (d + before[3]) | 0]
}

function choose(x: number, y: number, z: number): number {
  return (x & y) | (~x & z)
}

function majority(x: number, y: number, z: number): number {
  return (x & y) | (x & z) | (y & z)
}

function parity(x: number, y: number, z: number): number {
  return x ^ y ^ z
}
