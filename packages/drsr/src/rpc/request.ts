import { encodePdu, HEADER_BYTES, pduFlag, pduType, TRAILER_BYTES } from './pdu.ts'
import { AUTH_CONTEXT_ID, PKT_PRIVACY, type Protection } from './protection.ts'

/** After the header: the hint, the presentation context and the operation. Not encrypted. */
const REQUEST_HEAD_BYTES = 8
/** What the encrypted part of a packet is a multiple of, as Windows pads it. */
const PAD_TO = 16

export interface Request {
  readonly callId: number
  readonly opnum: number
  readonly stub: Buffer
}

/**
 * The packets of one call (C706 section 12.6.4.9), each at most `maxFragmentBytes` long. They are made, and
 * signed, one by one as they are taken.
 */
export function* requestPdus(
  { callId, opnum, stub }: Request,
  maxFragmentBytes: number,
  protection: Protection | undefined
): Generator<Buffer> {
  const trailerBytes = protection === undefined ? 0 : TRAILER_BYTES + protection.context.signatureBytes
  const room = maxFragmentBytes - HEADER_BYTES - REQUEST_HEAD_BYTES - trailerBytes
  const step = room - (room % PAD_TO)
  let from = 0
  do {
    const to = Math.min(from + step, stub.length)
    const flags = (from === 0 ? pduFlag.firstFragment : 0) | (to === stub.length ? pduFlag.lastFragment : 0)
    const padBytes = protection === undefined ? 0 : (PAD_TO - ((to - from) % PAD_TO)) % PAD_TO
    const body = Buffer.alloc(REQUEST_HEAD_BYTES + to - from + padBytes)
    body.writeUInt32LE(stub.length - from, 0)
    body.writeUInt16LE(0, 4)
    body.writeUInt16LE(opnum, 6)
    body.set(stub.subarray(from, to), REQUEST_HEAD_BYTES)
    const pdu = { type: pduType.request, flags, callId, body }
    yield protection === undefined ? encodePdu(pdu) : sealed(pdu, padBytes, protection)
    from = to
  } while (from < stub.length)
}

function sealed(
  pdu: { readonly type: number; readonly flags: number; readonly callId: number; readonly body: Buffer },
  padBytes: number,
  { authType, context }: Protection
): Buffer {
  const token = Buffer.alloc(context.signatureBytes)
  const auth = { type: authType, level: PKT_PRIVACY, contextId: AUTH_CONTEXT_ID, padBytes, token }
  const bytes = encodePdu({ ...pdu, auth })
  const signatureAt = bytes.length - token.length
  const from = HEADER_BYTES + REQUEST_HEAD_BYTES
  const signature = context.seal(bytes.subarray(0, signatureAt), from, signatureAt - TRAILER_BYTES)
  bytes.set(signature, signatureAt)
  return bytes
}
