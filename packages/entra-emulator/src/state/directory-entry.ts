/** Contacts and roles are there to be read: no application makes them by Graph. */
export type EntryKind = 'user' | 'group' | 'contact' | 'directoryRole'

/** One object of the tenant. Properties that were never set are absent. */
export interface DirectoryEntry {
  readonly id: string
  readonly kind: EntryKind
  /** Rises with every creation and restore: the order of lists, and the place where a page ends. */
  ordinal: number
  properties: Record<string, unknown>
  /** The tenant's time from which reads and references find it (replication lag). */
  visibleFromMs: number
  /** Set while the object is in the bin. */
  deletedAtMs: number | undefined
}

export type Properties = Readonly<Record<string, unknown>>
