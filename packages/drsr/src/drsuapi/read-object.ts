import { firstOf, readAttids, readInteger, readLargeInteger, readText, valuesOf } from './attribute-values.ts'
import { type AttributeName, attributeName, className } from './attributes.ts'
import type { WireObject } from './changes-reply.ts'
import { decryptNtHash } from './decrypt-attribute.ts'
import { type Dsname, relativeIdOf, sidOf } from './dsname.ts'
import { MalformedReplyError } from './malformed-reply-error.ts'
import type { PrefixTable } from './prefix-table.ts'
import type { ReplicatedObject } from './replicated-object.ts'

export interface ObjectContext {
  /** Of the reply that the object came in. */
  readonly prefixes: PrefixTable
  readonly sessionKey: Uint8Array
}

type Changed = { -readonly [K in keyof ReplicatedObject]?: ReplicatedObject[K] }
type Secret = Pick<Changed, 'ntHash' | 'passwordVersion' | 'passwordChangedAt'>

/** Seconds from 1601, in which metadata counts, to 1970. */
const EPOCH_S = 11_644_473_600n
/** Every deleted object's relative name ends so (MS-ADTS section 3.1.1.5.5.1.1). */
const deletedName = /^[^,]*\nDEL:/

/**
 * @throws MalformedReplyError when the object contradicts itself
 * @throws SecretError when its password cannot be decrypted
 */
export function readObject(wire: WireObject, context: ObjectContext): ReplicatedObject {
  const { name, count, attributes } = wire.entry
  if (name === null) throw new MalformedReplyError('an object has no name')
  if (count !== (attributes?.length ?? 0)) {
    throw new MalformedReplyError(
      `an object announces ${count} attributes and has ${attributes?.length ?? 0}`
    )
  }
  const changed: Changed = {}
  for (const [index, attribute] of (attributes ?? []).entries()) {
    const known = nameOf(attribute.attid, context.prefixes)
    if (known === undefined) continue
    const values = valuesOf(attribute)
    if (known === 'unicodePwd') Object.assign(changed, readSecret({ wire, name, index, values }, context))
    else Object.assign(changed, readers[known]?.(values, context.prefixes))
  }
  return {
    deleted: deletedName.test(name.name),
    ...changed,
    objectGuid: name.objectGuid,
    dn: name.name,
    sid: sidOf(name)
  }
}

/** ATTIDs from here on are a schema extension's internal numbers, outside the prefix table (MS-DRSR section 5.16.4). */
const FIRST_INTERNAL = 0x8000_0000

/** @returns undefined for an attribute that we did not ask for */
function nameOf(attid: number, prefixes: PrefixTable): AttributeName | undefined {
  const oid = prefixes.oidOf(attid)
  if (oid !== undefined) return attributeName(oid)
  if (attid >= FIRST_INTERNAL) return undefined
  throw new MalformedReplyError('an attribute is not in the prefix table of its reply')
}

type AttributeReader = (values: readonly Buffer[], prefixes: PrefixTable) => Changed

const readers: Partial<Record<AttributeName, AttributeReader>> = {
  isDeleted: values => ({ deleted: (readInteger(values) ?? 0) !== 0 }),
  objectClass: (values, prefixes) => ({
    objectClasses: readAttids(values).map(attid => classOf(attid, prefixes))
  }),
  sAMAccountName: values => ({ sAMAccountName: readText(values) }),
  userPrincipalName: values => ({ userPrincipalName: readText(values) }),
  adminDescription: values => ({ adminDescription: readText(values) }),
  userAccountControl: values => ({ userAccountControl: readInteger(values) }),
  pwdLastSet: values => ({ pwdLastSet: readLargeInteger(values) }),
  accountExpires: values => ({ accountExpires: readLargeInteger(values) })
}

function classOf(attid: number, prefixes: PrefixTable): string {
  const oid = prefixes.oidOf(attid)
  if (oid === undefined)
    throw new MalformedReplyError('an object class is not in the prefix table of its reply')
  return className(oid)
}

interface SecretAttribute {
  readonly wire: WireObject
  readonly name: Dsname
  /** Of the attribute: its metadata has the same. */
  readonly index: number
  readonly values: readonly Buffer[]
}

/** Nothing for an object that has lost its password, or never had one. */
function readSecret({ wire, name, index, values }: SecretAttribute, { sessionKey }: ObjectContext): Secret {
  const encrypted = firstOf(values)
  const rid = relativeIdOf(name)
  if (encrypted === null || encrypted.length === 0) return {}
  if (rid === undefined) throw new MalformedReplyError(`${name.objectGuid} has a password and no SID`)
  const ntHash = decryptNtHash(sessionKey, encrypted, rid)
  const metadata = wire.metadata?.properties[index]
  if (metadata === undefined) return { ntHash }
  const passwordChangedAt = new Date(Number(metadata.changedAt - EPOCH_S) * 1000)
  return { ntHash, passwordVersion: metadata.version, passwordChangedAt }
}
