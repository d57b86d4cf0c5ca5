import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { NdrError } from '../ndr/index.ts'
import { type BindAck, decodeBindAck, decodeBindNak, encodeBind, NDR20, type RpcSyntax } from './bind.ts'
import { faultError, refusedBind } from './faults.ts'
import { decodePdu, encodePdu, HEADER_BYTES, type Pdu, pduFlag, pduType, WHOLE } from './pdu.ts'
import type { PduStream } from './pdu-stream.ts'
import { AUTH_CONTEXT_ID, PKT_PRIVACY, type Protection } from './protection.ts'
import type { SecurityInitiator } from './security.ts'

/** What Windows offers: four Ethernet frames. */
export const MAX_FRAGMENT_BYTES = 5840
/** What every implementation takes at least (C706 section 12.6.3.1). */
const MIN_FRAGMENT_BYTES = 1432
/** NTLM signs headers in any case; the other providers only when both sides have said so. */
const AUTH_TYPE_NTLMSSP = 10
const FAULT_STATUS_AT = 8

export interface Associate {
  readonly stream: PduStream
  readonly server: string
  readonly interface: RpcSyntax
  readonly security: SecurityInitiator | undefined
}

export interface Association {
  /** The longest packet that may be sent. */
  readonly maxFragmentBytes: number
  readonly protection: Protection | undefined
  /** The id of the last packet. */
  readonly callId: number
}

/**
 * Agrees on the interface, and signs in (C706 section 12.6.4.3, MS-RPCE section 3.3.1.5.2): bind, then
 * alter_context while the security provider expects an answer, or AUTH3 when it expects none.
 *
 * @throws SetupError `ad-address` when the server has no such interface, `ad-credentials`, `ad-authentication`
 * @throws UnavailableError, NdrError
 */
export async function associate(options: Associate): Promise<Association> {
  const { stream, server, security } = options
  const body = encodeBind({ maxFragmentBytes: MAX_FRAGMENT_BYTES, interfaces: [options.interface] })
  let step = await security?.next(undefined)
  let callId = 1
  await stream.send(encodePdu(packet(pduType.bind, callId, body, security, step?.token)))
  let answer = await acknowledgement(options, callId, pduType.bindAck)
  const ack = decodeBindAck(answer.body)
  checkAccepted(ack, server)
  checkHeaderSigning(answer, server, security)
  while (security !== undefined && step?.done === false) {
    step = await security.next(answer.auth?.token ?? Buffer.alloc(0))
    if (step.done && step.token !== undefined) await stream.send(auth3(callId, security, step.token))
    if (step.done) break
    callId += 1
    await stream.send(encodePdu(packet(pduType.alterContext, callId, body, security, step.token)))
    answer = await acknowledgement(options, callId, pduType.alterContextResponse)
  }
  const protection = security && { authType: security.authType, context: security.context() }
  return { maxFragmentBytes: Math.min(ack.maxReceive, MAX_FRAGMENT_BYTES), protection, callId }
}

function packet(
  type: number,
  callId: number,
  body: Buffer,
  security: SecurityInitiator | undefined,
  token: Buffer | undefined
): Pdu {
  if (security === undefined || token === undefined) return { type, flags: WHOLE, callId, body }
  const auth = { type: security.authType, level: PKT_PRIVACY, contextId: AUTH_CONTEXT_ID, padBytes: 0, token }
  return { type, flags: WHOLE | pduFlag.supportHeaderSigning, callId, body, auth }
}

/** Belongs to the packet that it completes, so it bears the same id (MS-RPCE section 2.2.2.10). */
function auth3(callId: number, security: SecurityInitiator, token: Buffer): Buffer {
  const pdu = packet(pduType.auth3, callId, Buffer.alloc(4), security, token)
  return encodePdu({ ...pdu, flags: WHOLE })
}

async function acknowledgement(
  { stream, server, security }: Associate,
  callId: number,
  type: number
): Promise<Pdu> {
  const pdu = decodePdu(await stream.receive())
  if (pdu.callId !== callId) throw new NdrError(`an answer to call ${pdu.callId}, not ${callId}`)
  if (pdu.type === pduType.bindNak) throw refusedBind(server, decodeBindNak(pdu.body))
  if (pdu.type === pduType.fault) {
    if (pdu.body.length < FAULT_STATUS_AT + 4) throw new NdrError('a fault without a status')
    throw faultError(
      { server, name: 'the logon', signInUnproven: true },
      pdu.body.readUInt32LE(FAULT_STATUS_AT)
    )
  }
  if (pdu.type !== type) throw new NdrError(`a packet of type ${pdu.type} as the answer to a bind`)
  if (security !== undefined && pdu.auth !== undefined && pdu.auth.type !== security.authType) {
    throw new NdrError(`a token of security provider ${pdu.auth.type}, not ${security.authType}`)
  }
  return pdu
}

function checkAccepted({ results, maxReceive, maxTransmit }: BindAck, server: string): void {
  const [context] = results
  if (context === undefined) throw new NdrError('a bind_ack that neither accepts nor refuses')
  if (context.result !== 0) throw refusedInterface(server, context.reason)
  if (context.transferId !== NDR20.id)
    throw new NdrError(`transfer syntax ${context.transferId} was not offered`)
  const smallest = Math.min(maxReceive, maxTransmit)
  if (smallest < MIN_FRAGMENT_BYTES) throw new NdrError(`packets of at most ${smallest - HEADER_BYTES} bytes`)
}

/** Reasons of the provider (C706 section 12.6.3.1): 1 the interface, 2 the transfer syntax, 3 a limit. */
function refusedInterface(server: string, reason: number): Error {
  if (reason === 3) {
    return new UnavailableError(
      'active-directory',
      `${server} has too many connections (reason 3). It will be retried.`
    )
  }
  return new SetupError(
    'ad-address',
    `${server} does not offer this interface (reason ${reason}): check that it is a domain controller and the port is ` +
      'the one of its directory replication.'
  )
}

function checkHeaderSigning({ flags }: Pdu, server: string, security: SecurityInitiator | undefined): void {
  if (security === undefined || security.authType === AUTH_TYPE_NTLMSSP) return
  if ((flags & pduFlag.supportHeaderSigning) !== 0) return
  throw new SetupError(
    'ad-authentication',
    `${server} does not sign packet headers, which this way to sign in needs: use another domain controller.`
  )
}
