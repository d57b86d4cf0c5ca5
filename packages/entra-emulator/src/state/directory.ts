import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { graphDateTime } from '../clock.ts'
import { ChangeLog } from './change-log.ts'
import type { DirectoryEntry, EntryKind, Properties } from './directory-entry.ts'
import { Links } from './links.ts'
import { type UniqueKey, UniqueKeys, uniqueKeysOf } from './unique-keys.ts'

const binDays = 30
const dayMs = 86_400_000

export interface DirectoryOptions {
  readonly clock: Clock
  /** For how long the next new or restored object is hidden from reads and references. */
  readonly lagMs: () => number
  /** Whether a deleted user keeps its onPremisesImmutableId to itself until it is purged. */
  readonly binKeepsImmutableIds: boolean
}

/**
 * The objects of the tenant and what refers to what. It keeps its own books in order and knows no rule of
 * what a client may do: the Graph side checks before it calls.
 */
export class Directory {
  readonly live: Readonly<Record<EntryKind, Map<string, DirectoryEntry>>> = {
    user: new Map(),
    group: new Map(),
    contact: new Map(),
    directoryRole: new Map()
  }
  readonly bin = new Map<string, DirectoryEntry>()
  readonly members = new Links()
  readonly owners = new Links()
  readonly managers = new Links()
  readonly changes = new ChangeLog()
  readonly #keys = new UniqueKeys()
  readonly #options: DirectoryOptions
  #ordinal = 0

  constructor(options: DirectoryOptions) {
    this.#options = options
  }

  /** A live object that reads can see already. */
  find(id: string, kind?: EntryKind): DirectoryEntry | undefined {
    const entry = this.#lookUp(id.toLowerCase(), kind)
    return entry !== undefined && this.isVisible(entry) ? entry : undefined
  }

  isVisible(entry: DirectoryEntry): boolean {
    return entry.visibleFromMs === 0 || entry.visibleFromMs <= this.#options.clock.now()
  }

  /** It exists, and reads cannot see it yet. */
  isHidden(id: string): boolean {
    const entry = this.#lookUp(id.toLowerCase())
    return entry !== undefined && !this.isVisible(entry)
  }

  /** The live object that has this value in a unique property. */
  findBy(property: string, value: string): DirectoryEntry | undefined {
    const entry = this.#keys.owner(property, value)
    return entry !== undefined && entry.deletedAtMs === undefined && this.isVisible(entry) ? entry : undefined
  }

  conflict(
    kind: EntryKind,
    properties: Properties,
    entry?: DirectoryEntry
  ): { key: UniqueKey; owner: DirectoryEntry } | undefined {
    return this.#keys.conflict(uniqueKeysOf(kind, properties), entry)
  }

  create(kind: EntryKind, properties: Properties, lagMs: number = this.#options.lagMs()): DirectoryEntry {
    const nowMs = this.#options.clock.now()
    const id = randomUUID()
    const entry: DirectoryEntry = {
      id,
      kind,
      ordinal: this.#nextOrdinal(),
      properties: { createdDateTime: graphDateTime(nowMs), ...properties },
      visibleFromMs: lagMs === 0 ? 0 : nowMs + lagMs,
      deletedAtMs: undefined
    }
    this.live[kind].set(id, entry)
    this.#keys.claim(entry, uniqueKeysOf(kind, entry.properties))
    this.changes.append({ kind, id, what: 'created', properties: [] })
    return entry
  }

  /** Sets what has a value and forgets what is null. */
  update(entry: DirectoryEntry, changes: Properties): void {
    this.#keys.release(entry, uniqueKeysOf(entry.kind, entry.properties))
    const properties: Record<string, unknown> = { ...entry.properties, ...changes }
    for (const [name, value] of Object.entries(changes)) if (value === null) delete properties[name]
    entry.properties = properties
    this.#keys.claim(entry, uniqueKeysOf(entry.kind, properties))
    this.changes.append({
      kind: entry.kind,
      id: entry.id,
      what: 'updated',
      properties: Object.keys(changes)
    })
  }

  /** Into the bin. Links stay known, and are not seen until a restore. */
  remove(entry: DirectoryEntry): void {
    this.live[entry.kind].delete(entry.id)
    this.#keys.release(entry, uniqueKeysOf(entry.kind, entry.properties))
    entry.deletedAtMs = this.#options.clock.now()
    entry.properties = binnedProperties(entry)
    this.bin.set(entry.id, entry)
    if (this.#options.binKeepsImmutableIds) this.#keys.claim(entry, immutableIdOf(entry))
    this.changes.append({ kind: entry.kind, id: entry.id, what: 'deleted', properties: [] })
    this.#tellOwnersOfLinks(entry)
  }

  /** Out of the bin. `properties` are those that it is to have: see `propertiesBeforeBin`. */
  restore(entry: DirectoryEntry, properties: Record<string, unknown>): void {
    this.bin.delete(entry.id)
    entry.deletedAtMs = undefined
    entry.ordinal = this.#nextOrdinal()
    entry.properties = properties
    const lagMs = this.#options.lagMs()
    entry.visibleFromMs = lagMs === 0 ? 0 : this.#options.clock.now() + lagMs
    this.live[entry.kind].set(entry.id, entry)
    this.#keys.claim(entry, uniqueKeysOf(entry.kind, properties))
    this.changes.append({ kind: entry.kind, id: entry.id, what: 'created', properties: [] })
    this.#tellOwnersOfLinks(entry)
  }

  purge(entry: DirectoryEntry): void {
    this.bin.delete(entry.id)
    this.#keys.release(entry, uniqueKeysOf(entry.kind, entry.properties))
    for (const links of [this.members, this.owners, this.managers]) links.forget(entry.id)
    this.changes.append({ kind: entry.kind, id: entry.id, what: 'purged', properties: [] })
  }

  /** Purges what has been in the bin for 30 days of the tenant's time. */
  purgeExpired(): void {
    const limitMs = this.#options.clock.now() - binDays * dayMs
    for (const entry of this.bin.values()) {
      if (entry.deletedAtMs === undefined || entry.deletedAtMs > limitMs) return
      this.purge(entry)
    }
  }

  /** Puts an object where it belongs by its state, in place of what is known of it: for a copy of another directory. */
  place(entry: DirectoryEntry): void {
    const known = this.live[entry.kind].get(entry.id)
    if (known !== undefined) this.#keys.release(known, uniqueKeysOf(known.kind, known.properties))
    if (entry.deletedAtMs !== undefined) {
      this.bin.set(entry.id, entry)
      return
    }
    this.live[entry.kind].set(entry.id, entry)
    this.#keys.claim(entry, uniqueKeysOf(entry.kind, entry.properties))
  }

  /** Forgets an object, and leaves its links. */
  displace(id: string, kind: EntryKind): void {
    const known = this.live[kind].get(id)
    if (known !== undefined) this.#keys.release(known, uniqueKeysOf(kind, known.properties))
    this.live[kind].delete(id)
    this.bin.delete(id)
  }

  link(relationship: Relationship, source: DirectoryEntry, targetId: string): void {
    this[relationship].add(source.id, targetId)
    this.#appendLink(relationship, source, targetId)
  }

  unlink(relationship: Relationship, source: DirectoryEntry, targetId: string): void {
    if (this[relationship].remove(source.id, targetId)) this.#appendLink(relationship, source, targetId)
  }

  #appendLink(relationship: Relationship, source: DirectoryEntry, target: string): void {
    const properties = [relationship === 'managers' ? 'manager' : relationship]
    this.changes.append({ kind: source.kind, id: source.id, what: 'link', properties, target })
  }

  /** A deleted or restored object leaves or re-enters the lists of those that refer to it. */
  #tellOwnersOfLinks(entry: DirectoryEntry): void {
    for (const relationship of relationships) {
      for (const sourceId of this[relationship].sourcesOf(entry.id)) {
        const source = this.#lookUp(sourceId)
        if (source !== undefined) this.#appendLink(relationship, source, entry.id)
      }
    }
  }

  #lookUp(id: string, kind?: EntryKind): DirectoryEntry | undefined {
    if (kind !== undefined) return this.live[kind].get(id)
    return (
      this.live.user.get(id) ??
      this.live.group.get(id) ??
      this.live.contact.get(id) ??
      this.live.directoryRole.get(id)
    )
  }

  #nextOrdinal(): number {
    this.#ordinal += 1
    return this.#ordinal
  }
}

export type Relationship = 'members' | 'owners' | 'managers'
const relationships: readonly Relationship[] = ['members', 'owners', 'managers']

function immutableIdOf(entry: DirectoryEntry): UniqueKey[] {
  return uniqueKeysOf(entry.kind, { onPremisesImmutableId: entry.properties.onPremisesImmutableId })
}

/** In the bin the user principal name carries the id in front, so that another user can have the name. */
function binnedProperties(entry: DirectoryEntry): Record<string, unknown> {
  const name = entry.properties.userPrincipalName
  if (typeof name !== 'string') return entry.properties
  return { ...entry.properties, userPrincipalName: `${binPrefix(entry)}${name}` }
}

export function propertiesBeforeBin(entry: DirectoryEntry): Record<string, unknown> {
  const name = entry.properties.userPrincipalName
  if (typeof name !== 'string') return entry.properties
  return { ...entry.properties, userPrincipalName: name.slice(binPrefix(entry).length) }
}

function binPrefix(entry: DirectoryEntry): string {
  return entry.id.replaceAll('-', '')
}
