import { conformantArray, contextHandle, struct, uint32, union, unique, wideString } from '../ndr/index.ts'
import type { Operation } from '../rpc/index.ts'

const request = struct({
  codePage: uint32,
  localeId: uint32,
  flags: uint32,
  formatOffered: uint32,
  formatDesired: uint32,
  count: uint32,
  names: unique(conformantArray(unique(wideString)))
})

const item = struct({ status: uint32, domain: unique(wideString), name: unique(wideString) })
const result = struct({ count: uint32, items: unique(conformantArray(item)) })

const crackNamesRequest = { handle: contextHandle, version: uint32, message: union({ 1: request }) }
const crackNamesReply = {
  version: uint32,
  message: union({ 1: struct({ result: unique(result) }) }),
  returnCode: uint32
}

/** MS-DRSR section 4.1.4. */
export const drsCrackNames: Operation<typeof crackNamesRequest, typeof crackNamesReply> = {
  name: 'IDL_DRSCrackNames',
  opnum: 12,
  request: crackNamesRequest,
  response: crackNamesReply
}

/** DS_NAME_FORMAT and the codes for lists (MS-DRSR sections 4.1.4.1.2 and 4.1.4.1.3). */
export const nameFormat = {
  distinguishedName: 1,
  /** `CORP\person`, or `CORP\` for the domain. */
  windowsName: 2,
  guid: 6,
  listNamingContexts: 0xffff_fff6
} as const
