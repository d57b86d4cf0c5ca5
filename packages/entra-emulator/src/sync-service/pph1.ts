import { pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { md4 } from './md4.ts'

/** What stands for a password: PBKDF2 with HMAC-SHA256 over its NT hash in upper-case hexadecimal digits, in UTF-16LE. */
export interface Pph1 {
  readonly salt: Buffer
  readonly iterations: number
  readonly hash: Buffer
}

/** More than these are taken, and make every sign-in fail, as others have found. */
const usedIterations = 1_000

/** Nobody has shown where the real limits are: a salt is known of 10 and of 16 bytes. */
const form = /^v1;PPH1_MD4,((?:[0-9a-f]{2}){8,32}),([1-9][0-9]{0,4}),([0-9a-f]{64});$/

/** Undefined when the text is not `v1;PPH1_MD4,<salt>,<iterations>,<hash>;`. */
export function parsePph1(text: string): Pph1 | undefined {
  const [, salt, iterations, hash] = form.exec(text) ?? []
  if (salt === undefined || hash === undefined) return undefined
  return { salt: Buffer.from(salt, 'hex'), iterations: Number(iterations), hash: Buffer.from(hash, 'hex') }
}

export function isPasswordOf({ salt, iterations, hash }: Pph1, password: string): boolean {
  const ntHash = md4(Buffer.from(password, 'utf16le')).toString('hex').toUpperCase()
  const derived = pbkdf2Sync(Buffer.from(ntHash, 'utf16le'), salt, iterations, hash.length, 'sha256')
  return timingSafeEqual(derived, hash)
}

export function canSignIn({ iterations }: Pph1): boolean {
  return iterations <= usedIterations
}
