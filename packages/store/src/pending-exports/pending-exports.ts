import type { AddressKey, AttributeRecord, EntraState, ObjectType, Problem } from '@opendirsync/contracts'
import type { Database } from '../database.ts'
import { countObjects, countReferences, type ObjectCount, type ReferenceCount } from './counts.ts'
import { readCandidates } from './read-candidates.ts'
import { likelyTakeovers, type NewUser } from './takeovers.ts'

/** What the presence of the object in the tenant comes to. `stay`: it is there and stays. */
type PresenceChange = 'create' | 'restore' | 'stay' | 'delete'

/** One object of which something is still to be written, be it its references alone. */
export interface PendingExportRow {
  readonly entryId: string
  readonly objectType: ObjectType
  readonly sourceAnchor: string
  /** Of the object that made the entry; null when its row has gone. */
  readonly connector: string | null
  readonly objectGuid: string | null
  readonly dn: string | null
  readonly entraId: string | null
  readonly entraState: EntraState
  readonly desiredPresent: boolean
  /** Its presence or its attributes are still to be written. */
  readonly pending: boolean
  /** Of an object that is in the tenant: only what is not as the tenant was confirmed to have it, as text. */
  readonly desired: AttributeRecord
  /** What the tenant was confirmed to have, of the names in `desired`. */
  readonly exported: AttributeRecord | null
  /** Why the tenant refused the last write. */
  readonly refusal: Problem | null
  /** Of a delete: it waits for a person, a person has refused it, or it waits for its day. */
  readonly held: 'held' | 'refused' | 'postponed' | null
  readonly references: readonly ExportReference[]
}

/** References of one object that are to be written. */
export interface ExportReference {
  readonly attribute: string
  readonly operation: 'add' | 'remove'
  readonly count: number
  /** The object has so many references to write that not all were counted. */
  readonly isMore: boolean
  /** Whom the first of them are about. */
  readonly examples: readonly string[]
  /** Why the tenant refused one of them. */
  readonly problem: Problem | null
}

/** An account of the tenant that a new user will probably take over. */
export interface LikelyTakeover {
  readonly entryId: string
  readonly by: 'immutableId' | 'userPrincipalName' | 'mail'
  readonly entraId: string
  readonly userPrincipalName: string | null
}

export interface PendingExportFilter {
  readonly presence?: PresenceChange
  readonly objectType?: ObjectType
}

/** What exporters have still to write, with what they were refused. */
export interface PendingExports {
  /**
   * Looks at the next objects in the order of their entry ids, and gives those that fit.
   * @returns `next`: the entry id to go on after; missing when all were looked at
   */
  look(
    filter: PendingExportFilter,
    page: { atOnce: number; after?: string; references: boolean }
  ): Promise<{ rows: PendingExportRow[]; next?: string }>
  /** Those that only the object's presence is about. */
  countObjects(): Promise<ObjectCount[]>
  countReferences(): Promise<ReferenceCount[]>
  /** By the last snapshot of the tenant. */
  likelyTakeovers(users: readonly NewUser[]): Promise<LikelyTakeover[]>
}

export type UserKeys = readonly Pick<AddressKey, 'space' | 'value'>[]

export function pendingExports(database: Database): PendingExports {
  return {
    look: (filter, page) => readCandidates(database, filter, page),
    countObjects: () => countObjects(database),
    countReferences: () => countReferences(database),
    likelyTakeovers: users => likelyTakeovers(database, users)
  }
}
