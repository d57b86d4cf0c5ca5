import { createCipheriv, createDecipheriv } from 'node:crypto'

/** Triple DES with the same key three times is single DES, which OpenSSL 3 no longer offers by itself. */
const ALGORITHM = 'des-ede3'

/**
 * @param key 7 bytes: 56 bits without parity, as Microsoft's protocols state DES keys (MS-SAMR section 2.2.11.1.2)
 * @param data whole blocks of 8 bytes, each encrypted for itself
 */
export function desEncrypt(key: Uint8Array, data: Uint8Array): Buffer {
  return run(key, tripled => createCipheriv(ALGORITHM, tripled, null), data)
}

/** What `desEncrypt` did, undone. */
export function desDecrypt(key: Uint8Array, data: Uint8Array): Buffer {
  return run(key, tripled => createDecipheriv(ALGORITHM, tripled, null), data)
}

type Cipher = ReturnType<typeof createCipheriv> | ReturnType<typeof createDecipheriv>

function run(key: Uint8Array, open: (tripled: Buffer) => Cipher, data: Uint8Array): Buffer {
  const tripled = spread(key)
  try {
    const cipher = open(tripled).setAutoPadding(false)
    const blocks = cipher.update(data)
    cipher.final()
    return blocks
  } finally {
    tripled.fill(0)
  }
}

/** Seven bits a byte; the lowest bit is for parity, which nobody checks. Three times over. */
function spread(key: Uint8Array): Buffer {
  if (key.length !== 7) throw new RangeError('A DES key without parity has 7 bytes')
  const tripled = Buffer.alloc(24)
  for (let at = 0; at < 8; at++) {
    const pair = ((key[at - 1] ?? 0) << 8) | (key[at] ?? 0)
    tripled[at] = (pair >>> at) & 0xfe
  }
  tripled.copyWithin(8, 0, 8)
  tripled.copyWithin(16, 0, 8)
  return tripled
}
