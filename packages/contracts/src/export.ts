import type { LinkAttribute } from './directory.ts'
import type { AttributeRecord, ObjectType, Problem, SourceAnchor } from './metaverse.ts'

/**
 * An object as we mean the tenant to have it, beside what the tenant was last confirmed to have.
 * The exporter writes the difference; it never asks what changed.
 */
export interface PendingExport {
  /** The metaverse entry. */
  readonly entryId: string
  readonly objectType: Exclude<ObjectType, 'contact'>
  readonly sourceAnchor: SourceAnchor
  /** False: the object is to be deleted (deprovisioned). */
  readonly desiredPresent: boolean
  readonly desired: AttributeRecord
  readonly desiredRevision: number
  /** Less than `desiredRevision`: attributes or presence are still to be written. */
  readonly exportedRevision: number
  /** What was last written and confirmed; `undefined` before the first write. */
  readonly exported: AttributeRecord | undefined
  /** The object's id in the tenant, once known. It survives a delete, for a restore. */
  readonly entraId: string | undefined
  readonly entraState: EntraState
  /**
   * When the object was first desired (ISO 8601). What has its anchor in the tenant and was created earlier is
   * somebody else's; what was created since may be a creation of ours that was not confirmed. Absent: nothing in the
   * tenant is taken for ours.
   */
  readonly since?: string
  /**
   * When the tenant last took a write of the object (ISO 8601). What was written just now and cannot be found may not be
   * known everywhere yet.
   */
  readonly writtenAt?: string
  /**
   * Of an object that is to be deleted: its day has not come. The account is disabled and stays; a group stays as it is.
   */
  readonly disableOnly?: boolean
}

/** `absent`: never created, or purged. `present`. `deleted`: in the tenant's bin for 30 days. */
export type EntraState = 'absent' | 'present' | 'deleted'

/** One reference that the tenant should gain or lose. Both ends are in the tenant. */
export interface PendingLink {
  readonly attribute: LinkAttribute
  readonly operation: 'add' | 'remove'
  readonly sourceEntryId: string
  readonly sourceEntraId: string
  readonly targetEntryId: string
  readonly targetEntraId: string
  readonly targetType: Exclude<ObjectType, 'contact'>
}

/**
 * What became of one write.
 * - `written`: the tenant has it. `entraId` is set for creations, adoptions and restores.
 * - `refused`: the tenant will refuse it again until the data changes. The object is quarantined.
 * - `later`: it stays pending. `throttled`: the tenant asks for a pause of everything. `missing`: an object of the
 *   write is not there, or not known everywhere yet. Without a cause: something did not answer.
 */
export type WriteOutcome =
  | {
      readonly result: 'written'
      readonly operation: WriteOperation
      readonly entraId?: string
      /** Set when somebody else's account was taken over. */
      readonly match?: Match
      /** What the tenant has been given, when that is not all that is desired. The rest is not waited for. */
      readonly applied?: AttributeRecord
      /** True: the rest stays pending, for another turn. */
      readonly remains?: true
    }
  /**
   * `applied`: the part of the values that the tenant has taken all the same. `created`: the id of the object, when it
   * was made with that part.
   */
  | {
      readonly result: 'refused'
      readonly problem: Problem
      readonly applied?: AttributeRecord
      readonly created?: string
    }
  | {
      readonly result: 'later'
      readonly reason: string
      readonly retryAfterMs: number
      readonly cause?: 'throttled' | 'missing'
    }

/** Which account of the tenant was taken over, and why it was taken for the same person. */
export interface Match {
  readonly by: 'immutableId' | 'userPrincipalName' | 'mail'
  readonly entraId: string
  /** As it was before. */
  readonly userPrincipalName?: string
}

export type WriteOperation =
  | 'create'
  | 'adopt'
  | 'update'
  | 'disable'
  | 'delete'
  | 'restore'
  | 'add-link'
  | 'remove-link'
  | 'unchanged'
