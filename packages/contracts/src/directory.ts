/**
 * What a connected directory (an Active Directory domain) tells us, in the shape that the connector space
 * keeps. Nothing here knows LDAP: the active-directory package decodes into these types.
 */

import type { ScopePart } from './scope.ts'

/** objectGUID in its usual text form: 36 characters, lower case (MS-DTYP section 2.3.4.3). */
export type ObjectGuid = string

/** Attribute name (in the schema's spelling) to its values. Binary values are Base64. A single value is a list of one. */
export type AttributeValues = Readonly<Record<string, readonly string[]>>

/** Attributes whose values are other objects. They travel as objectGUIDs and are kept as rows, never as arrays. */
export const linkAttributes = ['manager', 'member'] as const
export type LinkAttribute = (typeof linkAttributes)[number]

/**
 * Whether an attribute of AD links objects (MS-ADTS section 3.1.1.1.6): DirSync tells of it as what was added and removed, not
 * as a value, and of the other end nothing at all. So no condition can be put on one.
 */
export function isLinked(attribute: string): boolean {
  const name = attribute.toLowerCase()
  return (
    otherLinked.has(name) || linkAttributes.some(link => link === name) || /^(ms|auth).*(link|bl)$/.test(name)
  )
}

const otherLinked = new Set(
  'memberof directreports managedby managedobjects publicdelegates publicdelegatesbl altrecipient altrecipientbl authorig unauthorig dlmemsubmitperms dlmemrejectperms owner'.split(
    ' '
  )
)

export interface LinkChange {
  readonly attribute: LinkAttribute
  readonly added: readonly ObjectGuid[]
  readonly removed: readonly ObjectGuid[]
}

/** One object as one import reported it: everything, or only what has changed. */
export interface DirectoryChange {
  readonly objectGuid: ObjectGuid
  /** The distinguished name as the directory reports it now; absent when the caller may not read it. */
  readonly dn?: string
  /** Missing at the root of a naming context, and for tombstones that do not tell it. */
  readonly parentGuid?: ObjectGuid
  /**
   * The most specific object class (`user`, `group`, `organizationalUnit`, …). `complete` reports carry it, and
   * so does the first report of an object that was created since the cookie.
   */
  readonly objectClass?: string
  /** `S-1-5-…`, where the report tells it: in complete reports, and in the first one of a new object. */
  readonly objectSid?: string
  /**
   * True: every attribute that was asked for and is not here has no value.
   * False: what is not here has not changed, and an empty list means "cleared".
   */
  readonly complete: boolean
  /** `deleted`: a tombstone. `present`: alive. `restored`: was a tombstone and is alive again. */
  readonly state: 'present' | 'deleted' | 'restored'
  readonly attributes: AttributeValues
  /**
   * Changes of links. With `replacesLinks` naming an attribute, `added` holds all of its values; without
   * (the normal case, also in a full import, where a large group arrives in several pieces), values that are
   * not named are unchanged.
   */
  readonly links: readonly LinkChange[]
  readonly replacesLinks?: readonly LinkAttribute[]
}

/** An opaque position in a naming context's stream of changes. Never parsed, never edited (MS-ADTS 3.1.1.3.4.1.3). */
export type Cookie = Uint8Array

/** One object of a connected directory as last imported. */
export interface StagedObject {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly parentGuid: ObjectGuid | undefined
  readonly objectClass: string
  /** `S-1-5-…`; absent or `null` when it is not known. */
  readonly objectSid?: string | null
  readonly deleted: boolean
  /** Which part of the connector's scope keeps the object out; absent or `null`: it is in scope. */
  readonly outOfScope?: ScopePart | null
  readonly attributes: AttributeValues
  /** Rises by one with each staged change; never falls. */
  readonly revision: number
  /** The revision that synchronisation has seen. Pending means: less than `revision`. */
  readonly synchronisedRevision: number
}
