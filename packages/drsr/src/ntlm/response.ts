import { transcode } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { md4 } from '../crypto/md4.ts'

/** The NT hash of a password (MS-NLMP section 3.3.1, NTOWFv1): 16 bytes, as good as the password itself. */
export function ntHash(password: Buffer): Buffer {
  const text = transcode(password, 'utf8', 'utf16le')
  try {
    return md4(text)
  } finally {
    text.fill(0)
  }
}

/** NTOWFv2 (MS-NLMP section 3.3.2): the key of all responses of this account. */
export function responseKey(hash: Buffer, user: string, domain: string): Buffer {
  return hmac(hash, Buffer.from(upperCase(user) + domain, 'utf16le'))
}

/**
 * As Windows does it: one UTF-16 unit becomes one (ß stays), and what is not ASCII does not become ASCII (ı stays).
 */
function upperCase(text: string): string {
  return text.replaceAll(/[^A-Z]/g, unit => {
    const upper = unit.toUpperCase()
    return upper.length !== 1 || (unit > '\x7f' && upper <= '\x7f') ? unit : upper
  })
}

interface ResponseInput {
  /** What `responseKey` gave. */
  readonly key: Buffer
  /** 8 bytes. */
  readonly serverChallenge: Buffer
  /** 8 random bytes. */
  readonly clientChallenge: Buffer
  /** FILETIME, 8 bytes. */
  readonly timestamp: Buffer
  readonly targetInfo: Buffer
}

export interface Response {
  readonly ntResponse: Buffer
  /** 16 bytes. */
  readonly sessionBaseKey: Buffer
}

/** The NTLMv2 response (MS-NLMP section 3.3.2): the proof, and what was proved with it. */
export function ntlmV2Response(input: ResponseInput): Response {
  const { key, serverChallenge, clientChallenge, timestamp, targetInfo } = input
  const blob = Buffer.concat([
    Buffer.from('0101000000000000', 'hex'),
    timestamp,
    clientChallenge,
    Buffer.alloc(4),
    targetInfo,
    Buffer.alloc(4)
  ])
  const proof = hmac(key, serverChallenge, blob)
  return { ntResponse: Buffer.concat([proof, blob]), sessionBaseKey: hmac(key, proof) }
}

/** The LMv2 response (MS-NLMP section 3.3.2), for servers which send no timestamp. */
export function lmV2Response(key: Buffer, serverChallenge: Buffer, clientChallenge: Buffer): Buffer {
  return Buffer.concat([hmac(key, serverChallenge, clientChallenge), clientChallenge])
}

/** HMAC-MD5 over the parts, one after another. */
export function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const code = createHmac('md5', key)
  for (const part of parts) code.update(part)
  return code.digest()
}
