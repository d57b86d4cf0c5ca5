import type { Change } from './state/change-log.ts'
import type { Directory } from './state/directory.ts'
import type { DirectoryEntry, EntryKind } from './state/directory-entry.ts'

/** How often requests have done what to one object, with success. */
export interface ObjectWrites {
  readonly id: string
  readonly kind: EntryKind
  /** onPremisesImmutableId, else uniqueName, else userPrincipalName or displayName: as it was when last written. */
  anchor: string
  created: number
  updated: number
  deleted: number
  restored: number
  purged: number
  /** Requests that changed its manager, members or owners. */
  linked: number
}

/**
 * Proves "each exactly once". It counts what changed in the tenant while a request was carried out, so that refused
 * requests, and what is done beside Graph, leave no mark.
 */
export class WritesByObject {
  readonly #directory: Directory
  #objects = new Map<string, ObjectWrites>()
  #createdByAnchor = new Map<string, number>()

  constructor(directory: Directory) {
    this.#directory = directory
  }

  reset(): void {
    this.#objects = new Map()
    this.#createdByAnchor = new Map()
  }

  /** `before` is the sequence of the change log before the request was carried out. */
  record(operation: string, before: number): void {
    const { changes } = this.#directory
    if (changes.sequence === before) return
    const linked = new Set<ObjectWrites>()
    for (const change of changes.between(before, changes.sequence) ?? []) {
      const writes = this.#writesOf(change)
      if (change.what === 'created') this.#countCreation(writes, operation)
      else if (change.what !== 'link') writes[change.what] += 1
      else if (changesLinks(operation)) linked.add(writes)
    }
    for (const writes of linked) writes.linked += 1
  }

  toJSON(): WritesReport {
    return {
      objects: [...this.#objects.values()],
      createdByAnchor: Object.fromEntries(this.#createdByAnchor),
      createdTwice: [...this.#createdByAnchor].filter(([, count]) => count > 1).map(([anchor]) => anchor)
    }
  }

  #countCreation(writes: ObjectWrites, operation: string): void {
    if (operation.endsWith('/restore')) {
      writes.restored += 1
      return
    }
    writes.created += 1
    const key = `${writes.kind}:${writes.anchor}`
    this.#createdByAnchor.set(key, (this.#createdByAnchor.get(key) ?? 0) + 1)
  }

  #writesOf({ id, kind }: Change): ObjectWrites {
    const entry = this.#directory.live[kind].get(id) ?? this.#directory.bin.get(id)
    const known = this.#objects.get(id) ?? newWrites(id, kind)
    if (entry !== undefined) known.anchor = anchorOf(entry)
    this.#objects.set(id, known)
    return known
  }
}

export interface WritesReport {
  readonly objects: readonly Readonly<ObjectWrites>[]
  /** `user:anchor` or `group:anchor` to the number of successful creations. */
  readonly createdByAnchor: Readonly<Record<string, number>>
  /** The anchors among them that were created more than once. */
  readonly createdTwice: readonly string[]
}

function newWrites(id: string, kind: EntryKind): ObjectWrites {
  const none = { created: 0, updated: 0, deleted: 0, restored: 0, purged: 0, linked: 0 }
  return { id, kind, anchor: id, ...none }
}

function anchorOf({ id, properties }: DirectoryEntry): string {
  const { onPremisesImmutableId, uniqueName, userPrincipalName, displayName } = properties
  const named = [onPremisesImmutableId, uniqueName, userPrincipalName, displayName]
  return named.map(value => (typeof value === 'string' ? value : '')).find(value => value !== '') ?? id
}

/** A delete or a restore tells of the links of others too, and changes none. */
function changesLinks(operation: string): boolean {
  return operation.endsWith('/$ref') || operation.startsWith('PATCH ') || operation.startsWith('POST /groups')
}
