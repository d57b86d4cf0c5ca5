import { NdrError } from '../ndr/index.ts'
import { decodePdu, HEADER_BYTES, type Pdu, pduFlag, pduType, TRAILER_BYTES } from './pdu.ts'
import { AUTH_CONTEXT_ID, PKT_PRIVACY, type Protection } from './protection.ts'

/** After the header: the hint, the presentation context and the count of cancels. Not encrypted. */
const RESPONSE_HEAD_BYTES = 8

/** One packet of an answer: a piece of the stub, or the status of a fault. */
export type Answer =
  | { readonly kind: 'piece'; readonly stub: Buffer; readonly last: boolean }
  | { readonly kind: 'fault'; readonly status: number }

export interface Expected {
  readonly callId: number
  /** Whether no piece of this answer has come yet. */
  readonly first: boolean
}

/**
 * Reads one packet that answers a call (C706 sections 12.6.4.10 and 12.6.4.7), decrypts it in place and
 * checks its signature.
 * @throws NdrError when it cannot be that answer
 * @throws Error of the security context when the signature is wrong
 */
export function readAnswer(bytes: Buffer, expected: Expected, protection: Protection | undefined): Answer {
  const pdu = decodePdu(bytes)
  if (pdu.callId !== expected.callId)
    throw new NdrError(`an answer to call ${pdu.callId}, not ${expected.callId}`)
  // A fault comes unsigned from some servers. Who could forge it could as well cut the connection.
  if (pdu.type === pduType.fault) return { kind: 'fault', status: faultStatus(pdu.body) }
  if (pdu.type !== pduType.response)
    throw new NdrError(`a packet of type ${pdu.type} as the answer to a call`)
  const first = (pdu.flags & pduFlag.firstFragment) !== 0
  if (first !== expected.first) throw new NdrError('the pieces of the answer are out of order')
  if (pdu.body.length < RESPONSE_HEAD_BYTES || pdu.body.readUInt16LE(4) !== 0) {
    throw new NdrError('an answer in another presentation context')
  }
  const padBytes = protection === undefined ? 0 : unseal(bytes, pdu, protection)
  const stub = pdu.body.subarray(RESPONSE_HEAD_BYTES, pdu.body.length - padBytes)
  return { kind: 'piece', stub, last: (pdu.flags & pduFlag.lastFragment) !== 0 }
}

/** Decrypts and checks. Returns how many bytes at the end are padding. */
function unseal(bytes: Buffer, { auth, body }: Pdu, { authType, context }: Protection): number {
  if (auth?.type !== authType || auth.level !== PKT_PRIVACY || auth.contextId !== AUTH_CONTEXT_ID) {
    throw new NdrError('an answer that is not encrypted as agreed')
  }
  if (auth.padBytes > body.length - RESPONSE_HEAD_BYTES) throw new NdrError('more padding than content')
  const signatureAt = bytes.length - auth.token.length
  const from = HEADER_BYTES + RESPONSE_HEAD_BYTES
  context.unseal(bytes.subarray(0, signatureAt), from, signatureAt - TRAILER_BYTES, auth.token)
  return auth.padBytes
}

function faultStatus(body: Buffer): number {
  if (body.length < RESPONSE_HEAD_BYTES + 4) throw new NdrError('a fault without a status')
  return body.readUInt32LE(RESPONSE_HEAD_BYTES)
}
