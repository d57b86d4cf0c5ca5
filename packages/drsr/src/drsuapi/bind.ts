import { conformantBytes, contextHandle, guid, guidText, struct, uint32, unique } from '../ndr/index.ts'
import type { Operation } from '../rpc/index.ts'

/** DRS_EXTENSIONS (MS-DRSR section 5.39): a size, and as many bytes. */
const extensions = struct({ cb: uint32, rgb: conformantBytes })

const bindRequest = { clientDsa: unique(guid), extensions: unique(extensions) }
const bindReply = { extensions: unique(extensions), handle: contextHandle, returnCode: uint32 }

/** MS-DRSR section 4.1.3. */
export const drsBind: Operation<typeof bindRequest, typeof bindReply> = {
  name: 'IDL_DRSBind',
  opnum: 0,
  request: bindRequest,
  response: bindReply
}

const unbindRequest = { handle: contextHandle }
const unbindReply = { handle: contextHandle, returnCode: uint32 }

/** MS-DRSR section 4.1.25. */
export const drsUnbind: Operation<typeof unbindRequest, typeof unbindReply> = {
  name: 'IDL_DRSUnbind',
  opnum: 1,
  request: unbindRequest,
  response: unbindReply
}

/** The GUID by which a client that is no domain controller introduces itself (NTDSAPI_CLIENT_GUID, MS-DRSR 5.138). */
export const clientDsaGuid = 'e24d201a-4fd6-11d1-a3da-0000f875ae0d'

/** Capabilities in dwFlags (MS-DRSR section 5.39). */
export const capability = {
  base: 0x0000_0001,
  strongEncryption: 0x0000_8000,
  changesRequestV8: 0x0100_0000,
  changesReplyV6: 0x0400_0000,
  changesRequestV10: 0x2000_0000
} as const

/** In dwFlagsExt: replies of a forest with privileged access management. */
const CHANGES_REPLY_V9 = 0x0000_0100

/**
 * What we can do. Strong encryption must be among it, or passwords are withheld. Compression is not: replies come as
 * they are.
 */
const ourCapabilities =
  capability.base |
  capability.strongEncryption |
  capability.changesRequestV8 |
  capability.changesReplyV6 |
  capability.changesRequestV10

/** DRS_EXTENSIONS_INT (MS-DRSR section 5.39), as far as it is needed. */
export interface ServerExtensions {
  /** See `capability`. */
  readonly flags: number
  /** objectGUID of the controller's site. */
  readonly siteGuid: string
  /** Zero, unless the domain was renamed. */
  readonly epoch: number
}

const SITE_AT = 4
const EPOCH_AT = 24
const FLAGS_EXT_AT = 28
const OUR_BYTES = 52
/** From dwFlags to dwReplEpoch: what every controller sends. */
const LEAST_BYTES = 28

/** Our own extensions, for the request. @param epoch as the server says, or zero */
export function ourExtensions(epoch: number): { readonly cb: number; readonly rgb: Buffer } {
  const rgb = Buffer.alloc(OUR_BYTES)
  rgb.writeUInt32LE(ourCapabilities, 0)
  rgb.writeUInt32LE(epoch, EPOCH_AT)
  rgb.writeUInt32LE(CHANGES_REPLY_V9, FLAGS_EXT_AT)
  return { cb: rgb.length, rgb }
}

/** @returns undefined when there is less of them than every controller sends */
export function readExtensions(sent: { readonly rgb: Buffer } | null): ServerExtensions | undefined {
  if (sent === null || sent.rgb.length < LEAST_BYTES - 4) return undefined
  const { rgb } = sent
  return {
    flags: rgb.readUInt32LE(0),
    siteGuid: guidText(rgb.subarray(SITE_AT, SITE_AT + 16)),
    epoch: rgb.length >= LEAST_BYTES ? rgb.readUInt32LE(EPOCH_AT) : 0
  }
}
