import type { ObjectGuid } from '@opendirsync/contracts'

/**
 * One object as a domain controller replicates it: all of what we ask for when it is new to us, later only what has
 * changed. An absent property has not changed, and null is a value that was cleared.
 */
export interface ReplicatedObject {
  readonly objectGuid: ObjectGuid
  /** As it is now. Of a deleted object the name that it was given when it was deleted. */
  readonly dn: string
  /** `S-1-5-…`; undefined for what has none, as an organizational unit. */
  readonly sid: string | undefined
  /** A tombstone. It has lost its password. */
  readonly deleted: boolean
  /** The most specific class first, `top` last: `user`, `inetOrgPerson`, `computer`, …, or an object identifier. */
  readonly objectClasses?: readonly string[]
  readonly sAMAccountName?: string | null
  readonly userPrincipalName?: string | null
  readonly adminDescription?: string | null
  /** Bits (MS-ADTS section 2.2.16). */
  readonly userAccountControl?: number | null
  /** FILETIME (MS-DTYP section 2.3.3). Zero: the password must be changed at the next logon. */
  readonly pwdLastSet?: bigint | null
  /** FILETIME. Zero and 0x7fffffffffffffff: never. */
  readonly accountExpires?: bigint | null
  /**
   * MD4 of the password, 16 bytes. Secret: whoever takes it overwrites it (`fill(0)`) after use. An incremental reply
   * may repeat one that has not changed; `passwordVersion` tells.
   */
  readonly ntHash?: Buffer
  /** How often the password was set; only with `ntHash`. */
  readonly passwordVersion?: number
  /** When it was set, to the second; only with `ntHash`. */
  readonly passwordChangedAt?: Date
}

/** Overwrites the hashes of objects that nobody will use. */
export function forgetHashes(objects: Iterable<ReplicatedObject>): void {
  for (const { ntHash } of objects) ntHash?.fill(0)
}
