import { createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { decryptCts, encryptBlock, encryptCts } from './aes-cts.ts'
import { nFold } from './n-fold.ts'

/** Encryption types by preference: AES-256 and AES-128 with HMAC-SHA1-96 (RFC 3962 section 7). */
export const encryptionTypes: readonly number[] = [18, 17]

const CONFOUNDER_BYTES = 16
export const MAC_BYTES = 12

const keyBytes = (type: number) => (type === 18 ? 32 : 16)

/** What did not decrypt to anything that its key had encrypted: a wrong key, or bytes that have changed. */
export class IntegrityError extends Error {
  override readonly name = 'IntegrityError'
}

/** A key of Kerberos (RFC 3961 section 3, RFC 3962). Disposing overwrites it and what was derived from it. */
export class EncryptionKey implements Disposable {
  readonly type: number
  readonly bytes: Buffer
  readonly #derived = new Map<number, UsageKeys>()

  /** @throws RangeError for a type that is not AES, or a wrong length */
  constructor(type: number, bytes: Buffer) {
    if (!encryptionTypes.includes(type)) throw new RangeError(`encryption type ${type} is not known`)
    if (bytes.length !== keyBytes(type)) throw new RangeError(`a key of ${bytes.length} bytes`)
    this.type = type
    this.bytes = bytes
  }

  /** `usage` says what for (RFC 4120 section 7.5.1), so that nothing made for one purpose serves another. */
  encrypt(usage: number, plain: Buffer): Buffer {
    const message = Buffer.concat([randomBytes(CONFOUNDER_BYTES), plain])
    const encrypted = this.for(usage).encrypt(message)
    message.fill(0)
    return encrypted
  }

  /** @throws IntegrityError */
  decrypt(usage: number, encrypted: Buffer): Buffer {
    return this.for(usage).decrypt(encrypted).subarray(CONFOUNDER_BYTES)
  }

  /** HMAC-SHA1-96, of which the checksum type is 16 for AES-256 and 15 for AES-128. */
  checksum(usage: number, data: Buffer): { type: number; bytes: Buffer } {
    const key = deriveKey(this.bytes, usageConstant(usage, 0x99))
    const bytes = mac(key, data)
    key.fill(0)
    return { type: this.type - 2, bytes }
  }

  for(usage: number): UsageKeys {
    const known = this.#derived.get(usage)
    if (known !== undefined) return known
    const keys = new UsageKeys(this.bytes, usage)
    this.#derived.set(usage, keys)
    return keys
  }

  [Symbol.dispose](): void {
    this.bytes.fill(0)
    for (const keys of this.#derived.values()) keys[Symbol.dispose]()
  }
}

/** The two keys of one usage: encrypts a message that begins with a confounder, and appends a code over it. */
class UsageKeys implements Disposable {
  readonly #encryption: Buffer
  readonly #integrity: Buffer

  constructor(base: Buffer, usage: number) {
    this.#encryption = deriveKey(base, usageConstant(usage, 0xaa))
    this.#integrity = deriveKey(base, usageConstant(usage, 0x55))
  }

  /** @param signed what the code is over, when that is more than what is encrypted */
  encrypt(plain: Buffer, signed: readonly Buffer[] = [plain]): Buffer {
    return Buffer.concat([encryptCts(this.#encryption, plain), mac(this.#integrity, ...signed)])
  }

  /** @throws IntegrityError */
  decrypt(encrypted: Buffer, signed: (plain: Buffer) => readonly Buffer[] = plain => [plain]): Buffer {
    const end = encrypted.length - MAC_BYTES
    if (end < CONFOUNDER_BYTES) throw new IntegrityError('too short to be encrypted')
    const plain = decryptCts(this.#encryption, encrypted.subarray(0, end))
    if (!timingSafeEqual(mac(this.#integrity, ...signed(plain)), encrypted.subarray(end))) {
      throw new IntegrityError('the code over the encrypted bytes is wrong')
    }
    return plain
  }

  [Symbol.dispose](): void {
    this.#encryption.fill(0)
    this.#integrity.fill(0)
  }
}

function mac(key: Buffer, ...data: readonly Buffer[]): Buffer {
  const code = createHmac('sha1', key)
  for (const part of data) code.update(part)
  return code.digest().subarray(0, MAC_BYTES)
}

function usageConstant(usage: number, purpose: number): Buffer {
  const constant = Buffer.alloc(5, purpose)
  constant.writeUInt32BE(usage)
  return constant
}

/** DK of RFC 3961 section 5.1: a key as long as `base`, from which `base` cannot be told. */
function deriveKey(base: Buffer, constant: Buffer): Buffer {
  const blocks: Buffer[] = []
  let block = nFold(constant, 16)
  for (let length = 0; length < base.length; length += block.length) {
    block = encryptBlock(base, block)
    blocks.push(block)
  }
  const key = Buffer.concat(blocks)
  for (const used of blocks) used.fill(0)
  return key
}

/**
 * The key of an account (RFC 3962 section 4).
 * @param password UTF-8
 * @param salt as the domain controller tells it
 */
export async function keyFromPassword(
  type: number,
  password: Buffer,
  salt: Buffer,
  iterations = 4096
): Promise<EncryptionKey> {
  const stretched = await promisify(pbkdf2)(password, salt, iterations, keyBytes(type), 'sha1')
  const key = new EncryptionKey(type, deriveKey(stretched, Buffer.from('kerberos')))
  stretched.fill(0)
  return key
}

export function randomKey(type: number): EncryptionKey {
  return new EncryptionKey(type, randomBytes(keyBytes(type)))
}
