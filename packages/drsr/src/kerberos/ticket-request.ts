import { randomInt } from 'node:crypto'
import type { Ticket } from './ap-request.ts'
import {
  application,
  type DerValue,
  element,
  fields,
  flags,
  integer,
  octets,
  readDer,
  sequence,
  text,
  time
} from './der.ts'
import { decodeKey, decryptData } from './encrypted-data.ts'
import { type EncryptionKey, encryptionTypes } from './encryption-key.ts'
import { readPrincipal } from './principal.ts'

/** The two exchanges with a key distribution centre: message types of request and reply, and of what is encrypted. */
export const exchange = {
  /** Authentication: a ticket for tickets, by password. */
  authentication: { request: 10, reply: 11 },
  /** A ticket for a service, by the ticket for tickets. */
  ticketGranting: { request: 12, reply: 13 }
} as const
export type Exchange = (typeof exchange)[keyof typeof exchange]

/** KDCOptions: the domain controller may name the account as it is really called (RFC 6806 section 6). */
const CANONICALIZE = 0x0001_0000

/** As long as the policy of the domain allows. */
const TILL = new Date('2037-09-13T02:48:05Z')

export interface TicketRequest {
  readonly realm: string
  /** Encoded; not for ticket granting. */
  readonly client?: Buffer
  /** Encoded. */
  readonly service: Buffer
}

/** KDC-REQ-BODY (RFC 4120 section 5.4.1), and the number by which its answer is known. */
export function requestBody({ realm, client, service }: TicketRequest): { body: Buffer; nonce: number } {
  const nonce = randomInt(2 ** 31 - 1)
  const body = fields(
    [0, flags(CANONICALIZE)],
    [1, client],
    [2, text(realm)],
    [3, service],
    [5, time(TILL)],
    [7, integer(nonce)],
    [8, sequence(...encryptionTypes.map(integer))]
  )
  return { body, nonce }
}

/** What proves who asks: PA-DATA (RFC 4120 section 5.2.7). */
export interface Proof {
  readonly type: number
  readonly value: Buffer
}

/** KDC-REQ (RFC 4120 section 5.4.1). */
export function ticketRequest({ request }: Exchange, body: Buffer, proof?: Proof): Buffer {
  const proofs = proof && sequence(fields([1, integer(proof.type)], [2, octets(proof.value)]))
  return element(application(request), fields([1, integer(5)], [2, integer(request)], [3, proofs], [4, body]))
}

/** How to read a KDC-REP. */
export interface ReplyReading {
  readonly key: EncryptionKey
  readonly usage: number
  readonly nonce: number
  /** The service that was asked for; domain controllers may write it in other case. */
  readonly service: string
}

/**
 * KDC-REP (RFC 4120 section 5.4.2).
 * @throws RangeError when it is none or answers another question
 * @throws IntegrityError when it is of another key
 */
export function readTicket({ reply }: Exchange, message: DerValue, reading: ReplyReading): Ticket {
  const content = message.inside(application(reply)).fields()
  const decrypted = decryptData(reading.key, reading.usage, content.get(6))
  // Some send the one for authentication in both exchanges (RFC 4120 section 5.4.2).
  const part = readDer(decrypted.content).fields()
  const service = readPrincipal(part.get(10))
  if (part.get(2).integer() !== reading.nonce) throw new RangeError('the answer is to another request')
  if (service.toLowerCase() !== reading.service.toLowerCase()) {
    throw new RangeError(`the ticket is for ${service} instead of ${reading.service}`)
  }
  const sessionKey = decodeKey(part.get(0))
  decrypted.content.fill(0)
  return {
    sessionKey,
    ticket: content.get(5).whole,
    clientRealm: content.get(3).whole,
    clientName: content.get(4).whole
  }
}
