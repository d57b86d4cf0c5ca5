import {
  conformantArray,
  conformantBytes,
  guid,
  int64,
  struct,
  uint32,
  unique,
  type Value
} from '../ndr/index.ts'

/** USN_VECTOR (MS-DRSR section 5.209): how far a replication has come at one controller. Sent back as it came. */
export const usnVector = struct({ highObjUpdate: int64, reserved: int64, highPropUpdate: int64 })
export type UsnVector = Value<typeof usnVector>

export const noUsn: UsnVector = { highObjUpdate: 0n, reserved: 0n, highPropUpdate: 0n }

const cursorV1 = struct({ invocationId: guid, usn: int64 })
const cursorV2 = struct({ invocationId: guid, usn: int64, lastSyncSuccess: int64 })

/** UPTODATE_VECTOR_V1_EXT (MS-DRSR section 5.203): up to which change of each controller the sender is up to date. */
export const upToDateVectorV1 = struct({
  version: uint32,
  reserved1: uint32,
  count: uint32,
  reserved2: uint32,
  cursors: conformantArray(cursorV1)
})

/** UPTODATE_VECTOR_V2_EXT (MS-DRSR section 5.204). */
export const upToDateVectorV2 = struct({
  version: uint32,
  reserved1: uint32,
  count: uint32,
  reserved2: uint32,
  cursors: conformantArray(cursorV2)
})

const oid = struct({ length: uint32, elements: unique(conformantBytes) })
const prefixEntry = struct({ index: uint32, prefix: oid })

/** SCHEMA_PREFIX_TABLE (MS-DRSR section 5.180). */
export const prefixTable = struct({ count: uint32, entries: unique(conformantArray(prefixEntry)) })

/** PARTIAL_ATTR_VECTOR_V1_EXT (MS-DRSR section 5.146). */
export const partialAttributes = struct({
  version: uint32,
  reserved: uint32,
  count: uint32,
  attids: conformantArray(uint32)
})
