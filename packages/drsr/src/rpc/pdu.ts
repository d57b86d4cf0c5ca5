import { NdrReader } from '../ndr/reader.ts'
import { NdrError } from '../ndr/type.ts'

/** Packet types (C706 section 12.6.4; MS-RPCE section 2.2.2.5 for AUTH3). */
export const pduType = {
  request: 0,
  response: 2,
  fault: 3,
  bind: 11,
  bindAck: 12,
  bindNak: 13,
  alterContext: 14,
  alterContextResponse: 15,
  auth3: 16
} as const

export const pduFlag = {
  firstFragment: 0x01,
  lastFragment: 0x02,
  /** In bind and its answer only (MS-RPCE section 2.2.2.3). */
  supportHeaderSigning: 0x04
} as const

/** A packet that is not part of several. */
export const WHOLE = pduFlag.firstFragment | pduFlag.lastFragment

export const HEADER_BYTES = 16
/** `sec_trailer` without the token (MS-RPCE section 2.2.2.11). */
export const TRAILER_BYTES = 8

const VERSION = 5
/** Little-endian integers, ASCII, IEEE (C706 section 14.1). */
const DATA_REPRESENTATION = 0x00000010

/** The token of a security provider, and how it is meant. */
interface PduAuth {
  readonly type: number
  readonly level: number
  readonly contextId: number
  /** How many bytes at the end of the body are padding. */
  readonly padBytes: number
  readonly token: Buffer
}

/** One packet on a connection (C706 section 12.6). */
export interface Pdu {
  readonly type: number
  readonly flags: number
  readonly callId: number
  /** What stands between the header and the security trailer, padding included. */
  readonly body: Buffer
  readonly auth?: PduAuth
}

export function encodePdu({ type, flags, callId, body, auth }: Pdu): Buffer {
  const trailerBytes = auth === undefined ? 0 : TRAILER_BYTES + auth.token.length
  const bytes = Buffer.alloc(HEADER_BYTES + body.length + trailerBytes)
  bytes.writeUInt8(VERSION, 0)
  bytes.writeUInt8(type, 2)
  bytes.writeUInt8(flags, 3)
  bytes.writeUInt32LE(DATA_REPRESENTATION, 4)
  bytes.writeUInt16LE(bytes.length, 8)
  bytes.writeUInt16LE(auth?.token.length ?? 0, 10)
  bytes.writeUInt32LE(callId, 12)
  bytes.set(body, HEADER_BYTES)
  if (auth !== undefined) {
    const at = HEADER_BYTES + body.length
    bytes.writeUInt8(auth.type, at)
    bytes.writeUInt8(auth.level, at + 1)
    bytes.writeUInt8(auth.padBytes, at + 2)
    bytes.writeUInt32LE(auth.contextId, at + 4)
    bytes.set(auth.token, at + TRAILER_BYTES)
  }
  return bytes
}

/**
 * Takes a whole packet apart. Body and token are views of it.
 * @throws NdrError when it cannot be one
 */
export function decodePdu(bytes: Buffer): Pdu {
  const reader = new NdrReader(bytes, 0)
  const version = reader.uint8()
  const minorVersion = reader.uint8()
  if (version !== VERSION || minorVersion > 1) throw new NdrError(`not a packet of DCE/RPC ${VERSION}`)
  const type = reader.uint8()
  const flags = reader.uint8()
  // The second byte's meaning, floating point, is of no use here.
  if (reader.uint8() !== DATA_REPRESENTATION) throw new NdrError('integers are not little endian')
  reader.bytes(3)
  const length = reader.uint16()
  const tokenBytes = reader.uint16()
  const callId = reader.uint32()
  if (length !== bytes.length) throw new NdrError(`a packet of ${length} bytes has ${bytes.length}`)
  if (tokenBytes === 0) return { type, flags, callId, body: reader.bytes(length - HEADER_BYTES) }
  const bodyBytes = length - HEADER_BYTES - TRAILER_BYTES - tokenBytes
  if (bodyBytes < 0) throw new NdrError(`a token of ${tokenBytes} bytes does not fit into its packet`)
  const body = reader.bytes(bodyBytes)
  return { type, flags, callId, body, auth: readAuth(reader, bodyBytes, tokenBytes) }
}

function readAuth(reader: NdrReader, bodyBytes: number, tokenBytes: number): PduAuth {
  const type = reader.uint8()
  const level = reader.uint8()
  const padBytes = reader.uint8()
  reader.uint8()
  if (padBytes > bodyBytes) throw new NdrError(`${padBytes} bytes of padding in ${bodyBytes}`)
  // Not `uint32`, which would skip to a multiple of four: a sender need not align its trailer.
  const contextId = reader.bytes(4).readUInt32LE(0)
  return { type, level, padBytes, contextId, token: reader.bytes(tokenBytes) }
}
