import { contextHandle, guid, ref, struct, uint32, uint64, union, unique, type Values } from '../ndr/index.ts'
import { capability } from './bind.ts'
import { type Dsname, dsname } from './dsname.ts'
import {
  partialAttributes,
  prefixTable,
  type UsnVector,
  upToDateVectorV1,
  usnVector
} from './replication-types.ts'

const fieldsV8 = {
  destination: guid,
  invocationId: guid,
  namingContext: ref(dsname),
  from: usnVector,
  upToDate: unique(upToDateVectorV1),
  flags: uint32,
  maxObjects: uint32,
  maxBytes: uint32,
  extendedOperation: uint32,
  fsmoInfo: uint64,
  attributes: unique(partialAttributes),
  extendedAttributes: unique(partialAttributes),
  prefixTable
}

/** The messages V8 and V10 (MS-DRSR section 4.1.10.2). */
export const changesRequest = {
  handle: contextHandle,
  version: uint32,
  message: union({ 8: struct(fieldsV8), 10: struct({ ...fieldsV8, moreFlags: uint32 }) })
}

/** DRS_OPTIONS (MS-DRSR section 5.41). */
const option = { writableReplica: 0x10, initialSync: 0x20, periodicSync: 0x40 } as const

/** EXOP_REPL_OBJ (MS-DRSR section 4.1.10.2.20): one object instead of a naming context. */
const REPLICATE_OBJECT = 6

/** A bound on one reply beside the number of objects: an object may be large. */
const MAX_BYTES = 8 * 1024 * 1024

export interface ChangesQuestion {
  readonly handle: Buffer
  /** Of the controller; see `capability`. */
  readonly serverFlags: number
  /** GUID of an object that exists: Windows refuses others when one object is asked for. */
  readonly destination: string
  /** The root of a naming context, or with `single` any object. */
  readonly object: Dsname
  readonly single: boolean
  /** Of the controller that `from` came from; without it the controller ignores `from`. */
  readonly invocationId: string
  readonly from: UsnVector
  /** Sent to leave out what other controllers have told already. */
  readonly upToDate: readonly { readonly invocationId: string; readonly usn: bigint }[]
  readonly maxObjects: number
  /** ATTIDs of the standard table. */
  readonly attributes: readonly number[]
}

/** The parameters of the question, as V10 where the controller knows it. */
export function changesRequestOf(question: ChangesQuestion): Values<typeof changesRequest> {
  const { handle, single, upToDate, attributes } = question
  const value = {
    destination: question.destination,
    invocationId: question.invocationId,
    namingContext: question.object,
    from: question.from,
    upToDate:
      upToDate.length === 0
        ? null
        : { version: 1, reserved1: 0, count: upToDate.length, reserved2: 0, cursors: upToDate },
    flags: option.writableReplica | option.initialSync | (single ? 0 : option.periodicSync),
    maxObjects: question.maxObjects,
    maxBytes: single ? 0 : MAX_BYTES,
    extendedOperation: single ? REPLICATE_OBJECT : 0,
    fsmoInfo: 0n,
    attributes: { version: 1, reserved: 0, count: attributes.length, attids: attributes },
    extendedAttributes: null,
    prefixTable: { count: 0, entries: null }
  }
  return (question.serverFlags & capability.changesRequestV10) === 0
    ? { handle, version: 8, message: { tag: 8, value } }
    : { handle, version: 10, message: { tag: 10, value: { ...value, moreFlags: 0 } } }
}
