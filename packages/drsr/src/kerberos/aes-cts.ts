import { createCipheriv, createDecipheriv } from 'node:crypto'

const BLOCK = 16

/**
 * AES in CBC mode with ciphertext stealing and an initial vector of zeros (RFC 3962 section 5): as long as what it
 * encrypts, and the last two blocks change places.
 * @param key 16 or 32 bytes
 * @param plain at least one block
 */
export function encryptCts(key: Buffer, plain: Buffer): Buffer {
  expectBlock(plain)
  const padded = Buffer.alloc(Math.ceil(plain.length / BLOCK) * BLOCK)
  plain.copy(padded)
  const cipher = createCipheriv(name(key, 'cbc'), key, Buffer.alloc(BLOCK)).setAutoPadding(false)
  const blocks = Buffer.concat([cipher.update(padded), cipher.final()])
  padded.fill(0)
  if (blocks.length === BLOCK) return blocks
  const last = blocks.length - BLOCK
  const stolen = blocks.subarray(last - BLOCK, last - BLOCK + plain.length - last)
  return Buffer.concat([blocks.subarray(0, last - BLOCK), blocks.subarray(last), stolen])
}

/** What `encryptCts` did, undone. */
export function decryptCts(key: Buffer, encrypted: Buffer): Buffer {
  expectBlock(encrypted)
  const { length } = encrypted
  let blocks = encrypted
  if (length > BLOCK) {
    const last = Math.ceil(length / BLOCK) * BLOCK - BLOCK
    const final = encrypted.subarray(last - BLOCK, last)
    const stolen = encrypted.subarray(last)
    // What was stolen from the block before is what padded the final one.
    const rest = decryptBlock(key, final).subarray(stolen.length)
    blocks = Buffer.concat([encrypted.subarray(0, last - BLOCK), stolen, rest, final])
  }
  const cipher = createDecipheriv(name(key, 'cbc'), key, Buffer.alloc(BLOCK)).setAutoPadding(false)
  const plain = cipher.update(blocks)
  cipher.final()
  return plain.subarray(0, length)
}

/** One block by itself. */
export function encryptBlock(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv(name(key, 'ecb'), key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(block), cipher.final()])
}

function decryptBlock(key: Buffer, block: Buffer): Buffer {
  const cipher = createDecipheriv(name(key, 'ecb'), key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(block), cipher.final()])
}

function name(key: Buffer, mode: 'cbc' | 'ecb'): string {
  return `aes-${key.length * 8}-${mode}`
}

function expectBlock({ length }: Buffer): void {
  if (length < BLOCK) throw new RangeError(`${length} bytes are less than a block`)
}
