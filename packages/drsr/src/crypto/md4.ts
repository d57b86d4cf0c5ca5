const BLOCK_BYTES = 64

/**
 * One round of MD4 (RFC 1320 section 3.4): the order in which it takes the words of a block, how far it rotates, the
 * constant that it adds, and its function of three words.
 */
interface Round {
  readonly words: readonly number[]
  readonly rotations: readonly [number, number, number, number]
  readonly constant: number
  readonly mix: (x: number, y: number, z: number) => number
}

const rounds: readonly Round[] = [
  {
    words: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    rotations: [3, 7, 11, 19],
    constant: 0,
    mix: (x, y, z) => (x & y) | (~x & z)
  },
  {
    words: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    rotations: [3, 5, 9, 13],
    constant: 0x5a827999,
    mix: (x, y, z) => (x & y) | (x & z) | (y & z)
  },
  {
    words: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    rotations: [3, 9, 11, 15],
    constant: 0x6ed9eba1,
    mix: (x, y, z) => x ^ y ^ z
  }
]

/** The 16-byte MD4 digest (RFC 1320), which OpenSSL 3 no longer offers. Of a password in UTF-16LE it is the NT hash. */
export function md4(message: Uint8Array): Buffer {
  const padded = pad(message)
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476])
  const block = new Uint32Array(BLOCK_BYTES / 4)
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) {
    for (let word = 0; word < block.length; word++) block[word] = padded.readUInt32LE(offset + 4 * word)
    digestBlock(state, block)
  }
  const digest = Buffer.alloc(16)
  state.forEach((word, at) => {
    digest.writeUInt32LE(word, 4 * at)
  })
  // They hold what was digested, which is a password as a rule.
  padded.fill(0)
  block.fill(0)
  return digest
}

function pad(message: Uint8Array): Buffer {
  const length = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const padded = Buffer.alloc(length)
  padded.set(message)
  padded[message.length] = 0x80
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, length - 8)
  return padded
}

function digestBlock(state: Uint32Array, block: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state
  const before = [a, b, c, d]
  for (const { words, rotations, constant, mix } of rounds) {
    for (const [step, word] of words.entries()) {
      const sum = (a + mix(b, c, d) + (block[word] ?? 0) + constant) | 0
      const by = rotations[step & 3] ?? 0
      const rotated = (sum << by) | (sum >>> (32 - by))
      a = d
      d = c
      c = b
      b = rotated
    }
  }
  const after = [a, b, c, d]
  for (let at = 0; at < 4; at++) state[at] = (before[at] ?? 0) + (after[at] ?? 0)
}
