import { randomBytes } from 'node:crypto'
import { UnavailableError } from '@opendirsync/contracts'
import type { SecurityContext } from '../rpc/security.ts'
import { type EncryptionKey, IntegrityError, MAC_BYTES } from './encryption-key.ts'

const BLOCK = 16
const HEADER_BYTES = 16

/** Key usages (RFC 4121 section 2). */
const seal = { acceptor: 22, initiator: 24 } as const

/** Flags of a token (RFC 4121 section 4.2.2). */
const tokenFlag = { sentByAcceptor: 1, sealed: 2, acceptorSubkey: 4 } as const

/** How far a token is rotated in DCE style, not counting the filler, which Windows adds to it: header and code. */
const ROTATION = HEADER_BYTES + MAC_BYTES

export interface KerberosSession {
  readonly key: EncryptionKey
  /** Whether the key is the one that the acceptor chose. */
  readonly acceptorSubkey: boolean
  readonly sendSequence: number
  readonly receiveSequence: number
}

/**
 * Signs and seals with wrap tokens (RFC 4121 section 4.2) as DCE/RPC carries them (MS-KILE section 3.4.5.4.1): the message
 * is encrypted where it stands, and all that a token has besides it goes before it into the signature. Disposing overwrites
 * the session key.
 */
export class KerberosContext implements SecurityContext, Disposable {
  readonly signatureBytes = HEADER_BYTES + BLOCK + ROTATION + BLOCK
  readonly #session: KerberosSession
  readonly #sends: keyof typeof seal
  #sendSequence: bigint
  #receiveSequence: bigint

  /** @param sends the side that `seal` is for */
  constructor(session: KerberosSession, sends: keyof typeof seal = 'initiator') {
    this.#session = session
    this.#sends = sends
    this.#sendSequence = BigInt(session.sendSequence)
    this.#receiveSequence = BigInt(session.receiveSequence)
  }

  get sessionKey(): Buffer {
    return this.#session.key.bytes
  }

  seal(pdu: Buffer, from: number, to: number): Buffer {
    const header = this.#header(this.#sends, this.#sendSequence++, BLOCK)
    const confounder = randomBytes(BLOCK)
    const filler = Buffer.alloc(BLOCK)
    const plain = Buffer.concat([confounder, pdu.subarray(from, to), filler, header])
    const keys = this.#session.key.for(seal[this.#sends])
    const token = keys.encrypt(plain, [confounder, pdu, filler, header])
    plain.fill(0)
    const end = BLOCK + to - from
    token.copy(pdu, from, BLOCK, end)
    header.writeUInt16BE(ROTATION, 6)
    return Buffer.concat([header, token.subarray(end), token.subarray(0, BLOCK)])
  }

  unseal(pdu: Buffer, from: number, to: number, signature: Buffer): void {
    const fillerBytes = signature.length - HEADER_BYTES - ROTATION - BLOCK
    if (fillerBytes < 0) throw wrong()
    const sent = Buffer.from(signature.subarray(0, HEADER_BYTES))
    const other = this.#sends === 'initiator' ? 'acceptor' : 'initiator'
    const header = this.#header(other, this.#receiveSequence++, fillerBytes)
    // The header was encrypted before the token was rotated.
    const rotation = sent.readUInt16BE(6)
    sent.writeUInt16BE(0, 6)
    if (rotation !== ROTATION || !sent.equals(header)) throw wrong()

    const confounder = signature.subarray(signature.length - BLOCK)
    const rest = signature.subarray(HEADER_BYTES, signature.length - BLOCK)
    const plain = this.#decrypt(Buffer.concat([confounder, pdu.subarray(from, to), rest]), pdu, from, to)
    plain.copy(pdu, from, BLOCK, BLOCK + to - from)
    const same = plain.subarray(plain.length - HEADER_BYTES).equals(header)
    plain.fill(0)
    if (!same) throw wrong()
  }

  [Symbol.dispose](): void {
    this.#session.key[Symbol.dispose]()
  }

  #decrypt(token: Buffer, pdu: Buffer, from: number, to: number): Buffer {
    const usage = this.#sends === 'initiator' ? seal.acceptor : seal.initiator
    const signed = (plain: Buffer) => {
      const end = BLOCK + to - from
      const parts = [plain.subarray(0, BLOCK), pdu.subarray(0, from), plain.subarray(BLOCK, end)]
      return [...parts, pdu.subarray(to), plain.subarray(end)]
    }
    try {
      return this.#session.key.for(usage).decrypt(token, signed)
    } catch (cause) {
      if (!(cause instanceof IntegrityError)) throw cause
      throw wrong(cause)
    }
  }

  /** The token header of RFC 4121 section 4.2.6.2, not yet rotated. */
  #header(side: keyof typeof seal, sequence: bigint, fillerBytes: number): Buffer {
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt16BE(0x0504)
    header.writeUInt8(
      tokenFlag.sealed |
        (side === 'acceptor' ? tokenFlag.sentByAcceptor : 0) |
        (this.#session.acceptorSubkey ? tokenFlag.acceptorSubkey : 0),
      2
    )
    header.writeUInt8(0xff, 3)
    header.writeUInt16BE(fillerBytes, 4)
    header.writeBigUInt64BE(sequence, 8)
    return header
  }
}

function wrong(cause?: unknown): UnavailableError {
  return new UnavailableError(
    'active-directory',
    'A message of the domain controller came with a wrong Kerberos signature: it was changed or lost on its way. ' +
      'Connect again; if it stays, look for what changes traffic between here and the domain controller.',
    { cause }
  )
}
