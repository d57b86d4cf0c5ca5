import {
  conformantArray,
  conformantBytes,
  fixedBytes,
  guid,
  int64,
  type Ndr,
  struct,
  uint32,
  union,
  unique,
  type Value
} from '../ndr/index.ts'
import type { Operation } from '../rpc/index.ts'
import { changesRequest } from './changes-request.ts'
import { dsname } from './dsname.ts'
import { prefixTable, upToDateVectorV1, upToDateVectorV2, usnVector } from './replication-types.ts'

const attributeValue = struct({ length: uint32, bytes: unique(conformantBytes) })
const attribute = struct({
  attid: uint32,
  count: uint32,
  values: unique(conformantArray(attributeValue))
})
export type WireAttribute = Value<typeof attribute>

/** ENTINF (MS-DRSR section 5.53). */
const entry = struct({
  name: unique(dsname),
  flags: uint32,
  count: uint32,
  attributes: unique(conformantArray(attribute))
})

/** PROPERTY_META_DATA_EXT (MS-DRSR section 5.162). Time in seconds since 1601. */
const propertyMetadata = struct({
  version: uint32,
  changedAt: int64,
  // One stands beside every attribute and none is looked at: as bytes it costs a tenth of the time.
  originatingInvocationId: fixedBytes(16, 4),
  originatingUsn: int64
})
const metadata = struct({ count: uint32, properties: conformantArray(propertyMetadata) })

/** REPLENTINFLIST (MS-DRSR section 5.166): a linked list. */
export interface WireObject {
  readonly next: WireObject | null
  readonly entry: Value<typeof entry>
  readonly isRoot: number
  readonly parentGuid: string | null
  readonly metadata: Value<typeof metadata> | null
}

const wireObject: Ndr<WireObject> = struct({
  // A thousand nodes: all of them stand before what they point to, the last one's first.
  next: unique((): Ndr<WireObject> => wireObject),
  entry,
  isRoot: uint32,
  parentGuid: unique(guid),
  metadata: unique(metadata)
})

const head = {
  sourceDsa: guid,
  invocationId: guid,
  namingContext: unique(dsname),
  from: usnVector,
  to: usnVector
}
const tail = {
  prefixTable,
  extendedResult: uint32,
  objectCount: uint32,
  byteCount: uint32,
  objects: unique(wireObject),
  moreData: uint32
}

const newer = {
  ...head,
  upToDate: unique(upToDateVectorV2),
  ...tail,
  namingContextObjects: uint32,
  namingContextValues: uint32,
  linkCount: uint32
}

const link = { source: unique(dsname), attid: uint32, target: attributeValue, present: uint32 }
const linkMetadata = { createdAt: int64, metadata: propertyMetadata }
/** REPLVALINF_V1 and REPLVALINF_V3 (MS-DRSR sections 5.167 and 5.169). They are read over: no password is in them. */
const linkV1 = struct({ ...link, metadata: struct(linkMetadata) })
const linkV3 = struct({
  ...link,
  metadata: struct({ ...linkMetadata, unused1: uint32, unused2: uint32, unused3: uint32, expiresAt: int64 })
})

/**
 * The messages V1 and V6, and V9, which differs from V6 in its links only (MS-DRSR section 4.1.10.2). V2 and V7 are
 * compressed and come to those who say that they understand them.
 */
export const changesReply = {
  version: uint32,
  message: union({
    1: struct({ ...head, upToDate: unique(upToDateVectorV1), ...tail }),
    6: struct({ ...newer, links: unique(conformantArray(linkV1)), error: uint32 }),
    9: struct({ ...newer, links: unique(conformantArray(linkV3)), error: uint32 })
  }),
  returnCode: uint32
}

/** MS-DRSR section 4.1.10. */
export const drsGetChanges: Operation<typeof changesRequest, typeof changesReply> = {
  name: 'IDL_DRSGetNCChanges',
  opnum: 3,
  request: changesRequest,
  response: changesReply
}
