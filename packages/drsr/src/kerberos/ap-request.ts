import { application, element, fields, flags, integer, octets, time } from './der.ts'
import { encodeKey, encryptedData } from './encrypted-data.ts'
import type { EncryptionKey } from './encryption-key.ts'

/** A ticket, and what its owner must know to use it. */
export interface Ticket {
  /** Encoded, and encrypted for the service. */
  readonly ticket: Buffer
  readonly sessionKey: EncryptionKey
  /** The account as the domain controller names it, and its realm; both encoded. */
  readonly clientName: Buffer
  readonly clientRealm: Buffer
}

export interface Authenticator {
  /** `usage` of the session key (RFC 4120 section 7.5.1). */
  readonly usage: number
  readonly at: Date
  /** 0 to 999 999, so that no two authenticators are the same. */
  readonly microseconds: number
  readonly checksum: { readonly type: number; readonly bytes: Buffer }
  readonly subkey?: EncryptionKey
  readonly sequence?: number
  /** Bits of APOptions. */
  readonly options?: number
}

/** AP-REQ (RFC 4120 section 5.5.1): the ticket, and the proof that this side knows its key. */
export function apRequest(ticket: Ticket, authenticator: Authenticator): Buffer {
  const { checksum, subkey, sequence, usage, microseconds, at, options = 0 } = authenticator
  const plain = element(
    application(2),
    fields(
      [0, integer(5)],
      [1, ticket.clientRealm],
      [2, ticket.clientName],
      [3, fields([0, integer(checksum.type)], [1, octets(checksum.bytes)])],
      [4, integer(microseconds)],
      [5, time(at)],
      [6, subkey && encodeKey(subkey)],
      [7, sequence === undefined ? undefined : integer(sequence)]
    )
  )
  const encrypted = encryptedData(ticket.sessionKey, usage, plain)
  plain.fill(0)
  return element(
    application(14),
    fields([0, integer(5)], [1, integer(14)], [2, flags(options)], [3, ticket.ticket], [4, encrypted])
  )
}
