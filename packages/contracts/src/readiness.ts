/** What in the directory would trouble the tenant, object by object. */

import type { ObjectGuid, StagedObject } from './directory.ts'
import type { ObjectType } from './metaverse.ts'

export interface Finding {
  /** In AD's spelling. */
  readonly attribute: string
  /** Stable, kebab-case: `upn-too-long`, `address-duplicate`, … */
  readonly code: string
  /** `error`: the tenant would refuse the value. `warning`: it would do something that one may not expect. */
  readonly severity: 'error' | 'warning'
  /** The value as the directory has it; empty when there is none. */
  readonly value: string
  /** What is wrong, one or two sentences. */
  readonly why: string
  readonly fix?: ProposedFix
}

/** One value of one attribute, changed in AD. */
export interface ProposedFix {
  /** AD compares values without case, so a value is removed before its like is added. */
  readonly action: 'replace' | 'remove-value' | 'clear' | 'add-value'
  readonly attribute: string
  /** Null: there is none yet. */
  readonly from: string | null
  /** Null: nothing takes its place. */
  readonly to: string | null
  /** `certain`: what people see and type stays the same. `guess`: a name or an address changes, so a person should look. */
  readonly confidence: 'certain' | 'guess'
}

/** A value that two objects must not both have, in the form in which it is compared. */
export interface AddressKey {
  /** Values are compared within a space: `address`, `nickname`, `account`. */
  readonly space: string
  readonly value: string
  readonly attribute: string
  /** As the directory has it. */
  readonly original: string
}

/** The object that is looked at. */
export type KeyOwner = Pick<KeyHolder, 'connector' | 'objectType'>

/** Another object with the same key. */
export interface KeyHolder {
  readonly connector: string
  readonly objectGuid: ObjectGuid
  readonly dn: string
  readonly objectType: ObjectType
  /** In which of its attributes it has the value. */
  readonly attributes: readonly string[]
}

/** An object of the tenant that has one of our values and is not the object that we export. */
export interface TenantNeighbour {
  readonly entraId: string
  readonly objectType: ObjectType
  readonly displayName: string | null
  readonly userPrincipalName: string | null
  readonly immutableId: string | null
}

/** The checks as the store needs them: pure, the same answer for the same objects. */
export interface Inspector {
  inspect(
    staged: StagedObject,
    objectType: ObjectType
  ): { readonly findings: readonly Finding[]; readonly keys: readonly AddressKey[] }
  /** Others, not of the same person, have the key too; at most six of them are named. Undefined: that is as it should be. */
  shared(own: KeyOwner, key: AddressKey, others: readonly KeyHolder[]): Finding | undefined
  /** An object of the tenant, which is not this one, has it. */
  taken(own: KeyOwner, key: AddressKey, neighbour: TenantNeighbour): Finding | undefined
}
