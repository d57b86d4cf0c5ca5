import { createHash, timingSafeEqual } from 'node:crypto'
import { UnavailableError } from '@opendirsync/contracts'
import { Rc4 } from '../crypto/rc4.ts'
import type { SecurityContext } from '../rpc/security.ts'
import { hmac } from './response.ts'

const SIGNATURE_BYTES = 16

/** The two ways that messages go (MS-NLMP sections 3.4.5.2 and 3.4.5.3). */
export type Direction = 'client-to-server' | 'server-to-client'

/**
 * Signs and seals with extended session security, 128-bit keys and key exchange (MS-NLMP section 3.4). It keeps
 * `sessionKey`, and overwrites it with its other keys when it is disposed of.
 */
export class NtlmContext implements SecurityContext, Disposable {
  readonly signatureBytes = SIGNATURE_BYTES
  readonly sessionKey: Buffer
  readonly #outgoing: MessageKeys
  readonly #incoming: MessageKeys

  /** @param sends the direction of what `seal` is for: a client's is `client-to-server` */
  constructor(sessionKey: Buffer, sends: Direction = 'client-to-server') {
    this.sessionKey = sessionKey
    const other = sends === 'client-to-server' ? 'server-to-client' : 'client-to-server'
    this.#outgoing = new MessageKeys(sessionKey, sends)
    this.#incoming = new MessageKeys(sessionKey, other)
  }

  seal(pdu: Buffer, from: number, to: number): Buffer {
    const code = this.#outgoing.code(pdu)
    this.#outgoing.encrypt(pdu.subarray(from, to))
    return this.#outgoing.signature(code)
  }

  unseal(pdu: Buffer, from: number, to: number, signature: Buffer): void {
    this.#incoming.encrypt(pdu.subarray(from, to))
    const expected = this.#incoming.signature(this.#incoming.code(pdu))
    if (signature.length !== SIGNATURE_BYTES || !timingSafeEqual(expected, signature)) {
      throw new UnavailableError(
        'active-directory',
        'A message of the domain controller came with a wrong NTLM signature: it was changed or lost on its way. ' +
          'Connect again; if it stays, look for what changes traffic between here and the domain controller.'
      )
    }
  }

  [Symbol.dispose](): void {
    this.#outgoing.destroy()
    this.#incoming.destroy()
    this.sessionKey.fill(0)
  }
}

/** Keys, key stream and message counter of one direction. */
class MessageKeys {
  readonly #signKey: Buffer
  readonly #stream: Rc4
  #sequence = 0

  constructor(sessionKey: Buffer, direction: Direction) {
    this.#signKey = derive(sessionKey, direction, 'signing')
    const sealKey = derive(sessionKey, direction, 'sealing')
    this.#stream = new Rc4(sealKey)
    sealKey.fill(0)
  }

  /** The first half of the code over the counter and the plain message. */
  code(message: Buffer): Buffer {
    return hmac(this.#signKey, this.#counter(), message).subarray(0, 8)
  }

  encrypt(bytes: Buffer): void {
    this.#stream.apply(bytes)
  }

  /** NTLMSSP_MESSAGE_SIGNATURE (MS-NLMP section 2.2.2.9.2); the counter goes on. */
  signature(code: Buffer): Buffer {
    const signature = Buffer.concat([Buffer.of(1, 0, 0, 0), this.#stream.apply(code), this.#counter()])
    this.#sequence = (this.#sequence + 1) >>> 0
    return signature
  }

  destroy(): void {
    this.#signKey.fill(0)
    this.#stream.destroy()
  }

  #counter(): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32LE(this.#sequence)
    return counter
  }
}

function derive(sessionKey: Buffer, direction: Direction, use: 'signing' | 'sealing'): Buffer {
  return createHash('md5')
    .update(sessionKey)
    .update(`session key to ${direction} ${use} key magic constant\0`, 'latin1')
    .digest()
}
