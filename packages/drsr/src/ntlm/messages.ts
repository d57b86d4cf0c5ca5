import { requestedFlags } from './flags.ts'
import { av, readTargetInfo, type TargetInfo } from './target-info.ts'

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1')

/** VERSION (MS-NLMP section 2.2.2.10), for debugging only: 6.1, revision 15, which is the one that exists. */
const VERSION = Buffer.from('060100000000000f', 'hex')

/** Where the integrity code stands in an AUTHENTICATE message, if it has one. */
const INTEGRITY_CODE_OFFSET = 72

/** NEGOTIATE_MESSAGE (MS-NLMP section 2.2.1.1) without the names of this side, which the other one learns later. */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40)
  SIGNATURE.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(requestedFlags, 12)
  VERSION.copy(message, 32)
  return message
}

export interface Challenge {
  readonly flags: number
  /** 8 random bytes. */
  readonly serverChallenge: Buffer
  readonly targetInfo: TargetInfo
  /** The server's clock, a FILETIME of 8 bytes. Who sends it wants an integrity code in return. */
  readonly timestamp: Buffer | undefined
}

/**
 * CHALLENGE_MESSAGE (MS-NLMP section 2.2.1.2).
 * @throws RangeError when it is none or breaks off
 */
export function readChallenge(message: Buffer): Challenge {
  if (!message.subarray(0, 8).equals(SIGNATURE) || message.readUInt32LE(8) !== 2) {
    throw new RangeError('it is not a CHALLENGE message')
  }
  const length = message.readUInt16LE(40)
  const offset = message.readUInt32LE(44)
  if (offset + length > message.length) throw new RangeError('its target info breaks off')
  const targetInfo: TargetInfo =
    length === 0 ? new Map() : readTargetInfo(message.subarray(offset, offset + length))
  const timestamp = targetInfo.get(av.timestamp)
  if (timestamp !== undefined && timestamp.length !== 8) throw new RangeError('its timestamp has not 8 bytes')
  return {
    flags: message.readUInt32LE(20),
    serverChallenge: message.subarray(24, 32),
    targetInfo,
    timestamp
  }
}

export interface Authenticate {
  readonly flags: number
  readonly domain: string
  readonly user: string
  readonly workstation: string
  readonly lmResponse: Buffer
  readonly ntResponse: Buffer
  /** The exported session key, encrypted. */
  readonly sessionKey: Buffer
}

/**
 * AUTHENTICATE_MESSAGE (MS-NLMP section 2.2.1.3). With an integrity code it holds 16 zero bytes in its place, over which
 * the code is computed before it is written there.
 */
export function authenticateMessage(fields: Authenticate, withIntegrityCode: boolean): Buffer {
  const { domain, user, workstation } = fields
  const [domainName, userName, workstationName] = [domain, user, workstation].map(text =>
    Buffer.from(text, 'utf16le')
  )
  const header = Buffer.alloc(INTEGRITY_CODE_OFFSET + (withIntegrityCode ? 16 : 0))
  SIGNATURE.copy(header)
  header.writeUInt32LE(3, 8)
  header.writeUInt32LE(fields.flags, 60)
  VERSION.copy(header, 64)

  // In the order of their bytes, each with the place of its length and offset.
  const payload: readonly [number, Buffer | undefined][] = [
    [28, domainName],
    [36, userName],
    [44, workstationName],
    [12, fields.lmResponse],
    [20, fields.ntResponse],
    [52, fields.sessionKey]
  ]
  const parts: Buffer[] = [header]
  let offset = header.length
  for (const [place, bytes = Buffer.alloc(0)] of payload) {
    header.writeUInt16LE(bytes.length, place)
    header.writeUInt16LE(bytes.length, place + 2)
    header.writeUInt32LE(offset, place + 4)
    parts.push(bytes)
    offset += bytes.length
  }
  return Buffer.concat(parts)
}

/** Puts the code into a message that was made with room for it. */
export function writeIntegrityCode(message: Buffer, code: Buffer): void {
  code.copy(message, INTEGRITY_CODE_OFFSET)
}
