import { conformantText, fixedBytes, guid, struct, uint32, type Value } from '../ndr/index.ts'
import { ridOf, sidText } from './sid.ts'

const SID_BYTES = 28
/** structLen, SidLen, Guid, Sid and NameLen. */
const FIXED_BYTES = 56

/** DSNAME: the name, the GUID and the SID of an object, of which any but one may be missing (MS-DRSR section 5.50). */
export const dsname = struct({
  structLen: uint32,
  sidLen: uint32,
  objectGuid: guid,
  sid: fixedBytes(SID_BYTES),
  nameLen: uint32,
  name: conformantText
})

export type Dsname = Value<typeof dsname>

export const NULL_GUID = '00000000-0000-0000-0000-000000000000'

/** For a request: an object by its GUID or by its distinguished name. */
export function dsnameOf(object: { readonly objectGuid: string } | { readonly dn: string }): Dsname {
  const name = 'dn' in object ? object.dn : ''
  return {
    structLen: FIXED_BYTES + 2 * (name.length + 1),
    sidLen: 0,
    objectGuid: 'objectGuid' in object ? object.objectGuid : NULL_GUID,
    sid: Buffer.alloc(SID_BYTES),
    nameLen: name.length,
    name
  }
}

/** `S-1-5-…`; undefined for an object that has none. */
export function sidOf(name: Dsname): string | undefined {
  return sidText(sidBytes(name))
}

/** The last part of its SID; undefined for an object that has none. */
export function relativeIdOf(name: Dsname): number | undefined {
  return ridOf(sidBytes(name))
}

function sidBytes({ sid, sidLen }: Dsname): Buffer {
  return sid.subarray(0, Math.min(sidLen, SID_BYTES))
}
