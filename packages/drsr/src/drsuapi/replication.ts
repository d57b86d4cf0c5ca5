import type { ObjectGuid } from '@opendirsync/contracts'
import type { ReplicationCursor } from './cursor.ts'
import type { ReplicatedObject } from './replicated-object.ts'

export interface ChangesRequest {
  /** Its root: `DC=corp,DC=example,DC=test`. */
  readonly namingContext: string
  /** Where the last page ended that was applied. Without it everything comes. */
  readonly cursor?: ReplicationCursor
  /** Of one page; 1,000 unless told otherwise. */
  readonly maxObjects?: number
  readonly signal?: AbortSignal
}

export interface ReplicationPage {
  readonly objects: readonly ReplicatedObject[]
  /** To store together with what the page led to. */
  readonly cursor: ReplicationCursor
  /** False on the last page: all that there was has come. */
  readonly more: boolean
  /**
   * Another controller than the cursor's answers, or the same one after a restore: it goes through all its objects, and
   * leaves out only what the cursor shows as known. It tells things twice rather than not at all.
   */
  readonly restarted: boolean
}

/** Replication from one domain controller, over one connection. One call is under way at a time; others wait. */
export interface Replication {
  /** `host:port` */
  readonly server: string
  /**
   * What has changed since the cursor, up to now: one page or more, the last with `more: false`. The next page is asked
   * for when it is taken, which may be while the last one is still being worked on. Take them to the end: after a pass
   * that was interrupted Samba starts again from where that pass had started, so that nothing is left out, but some
   * things come twice.
   * @throws CookieRefusedError for a cursor that cannot be read, or of another naming context
   * @throws SetupError `ad-replication-rights`, `ad-naming-context`
   * @throws UnavailableError when the connection breaks or an answer makes no sense. What was applied stays good.
   */
  changes(request: ChangesRequest): AsyncIterable<ReplicationPage>
  /**
   * One object, whole, as it is now; undefined when there is none.
   * @param object objectGUID or distinguished name
   * @throws as `changes`
   */
  object(
    object: ObjectGuid | { readonly dn: string },
    signal?: AbortSignal
  ): Promise<ReplicatedObject | undefined>
  /** The roots of the naming contexts that the controller holds. @throws as `changes` */
  namingContexts(signal?: AbortSignal): Promise<string[]>
}
