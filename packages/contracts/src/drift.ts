/** What the confirming import reads in the tenant, and what it finds there that is not as it was written. */

import type { ObjectGuid } from './directory.ts'
import type { PendingExport } from './export.ts'
import type { AttributeRecord } from './metaverse.ts'

/** The objects of which the tenant tells changes. */
export type ConfirmedType = PendingExport['objectType']

/** `put-back`: what somebody changed in the tenant is written again. `report`: it is told, and stays. */
export type DriftPolicy = 'put-back' | 'report'

/** One object as the tenant tells of it among others. It may be told twice, late, and in several pieces. */
export interface ToldObject {
  readonly entraId: string
  /** `changed`: in the bin. `deleted`: gone for good. */
  readonly removed?: 'changed' | 'deleted'
  /** Those that were told; `null` has no value. */
  readonly attributes: AttributeRecord
  /** The manager of a user, the members of a group: ids of objects of the tenant. */
  readonly added: readonly string[]
  readonly removedReferences: readonly string[]
}

/** An object that is to be read for itself. */
export interface ObjectToRead {
  readonly entraId: string
  readonly objectType: ConfirmedType
  readonly attributes: readonly string[]
}

/** What it was found to be. Every attribute that was asked for and that the tenant knows is there; `null` has no value. */
export type ObjectRead =
  | { readonly state: 'present'; readonly attributes: AttributeRecord }
  /** `deleted`: in the bin. `gone`: neither there nor in the bin. */
  | { readonly state: 'deleted' | 'gone' }

/**
 * - `attribute`: it has another value.
 * - `vanished`: the object was deleted or purged.
 * - `returned`: we deleted it, and somebody has restored it.
 * - `reference-added`, `reference-removed`: a member or a manager.
 */
export const driftKinds = [
  'attribute',
  'vanished',
  'returned',
  'reference-added',
  'reference-removed'
] as const
export type DriftKind = (typeof driftKinds)[number]

/**
 * - `put-back`: it was given to the exporter to be written again.
 * - `reported`: it stays until somebody decides, or until it is right again.
 * - `held`: so much has vanished that a person must decide.
 * - `contested`: it was put back several times and somebody else changes it again and again, so that ended.
 * - `accepted`: somebody has said that it may stay until it changes again.
 */
export const driftActions = ['put-back', 'reported', 'held', 'contested', 'accepted'] as const
export type DriftAction = (typeof driftActions)[number]

/** One thing in the tenant that is not as it was written. */
export interface Drift {
  readonly id: number
  readonly kind: DriftKind
  readonly action: DriftAction
  readonly entryId: string
  readonly objectType: ConfirmedType
  readonly entraId: string | null
  readonly displayName: string | null
  /** The staged object that the entry is made of, where there is one. */
  readonly objectGuid: ObjectGuid | null
  /** Graph's name; `member` or `manager` for a reference. Null for an object as a whole. */
  readonly attribute: string | null
  /** The other end of a reference, as the tenant names it. */
  readonly targetEntraId: string | null
  /** Null: it is no object of ours. */
  readonly targetEntryId: string | null
  readonly expected: unknown
  readonly found: unknown
  /** ISO 8601. */
  readonly since: string
  readonly seenAt: string
  readonly decidedBy: string | null
}
