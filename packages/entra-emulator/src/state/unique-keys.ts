import type { DirectoryEntry, EntryKind, Properties } from './directory-entry.ts'

/** A value that only one object of the tenant may have. */
export interface UniqueKey {
  /** The property that a refusal names. */
  readonly property: string
  /** Property and value, in the form in which values are compared. */
  readonly key: string
}

/** Who owns which unique value. User principal names and addresses are compared without case. */
export class UniqueKeys {
  readonly #owners = new Map<string, DirectoryEntry>()

  /** The first key that another object owns already. */
  conflict(
    keys: readonly UniqueKey[],
    entry: DirectoryEntry | undefined
  ): { key: UniqueKey; owner: DirectoryEntry } | undefined {
    for (const key of keys) {
      const owner = this.#owners.get(key.key)
      if (owner !== undefined && owner !== entry) return { key, owner }
    }
    return undefined
  }

  owner(property: string, value: string): DirectoryEntry | undefined {
    return this.#owners.get(keyOf(property, value))
  }

  claim(entry: DirectoryEntry, keys: readonly UniqueKey[]): void {
    for (const { key } of keys) this.#owners.set(key, entry)
  }

  release(entry: DirectoryEntry, keys: readonly UniqueKey[]): void {
    for (const { key } of keys) if (this.#owners.get(key) === entry) this.#owners.delete(key)
  }
}

/** The unique values among an object's properties. */
export function uniqueKeysOf(kind: EntryKind, properties: Properties): UniqueKey[] {
  const keys: UniqueKey[] = []
  const add = (property: string, value: unknown) => {
    if (typeof value === 'string' && value !== '') keys.push({ property, key: keyOf(property, value) })
  }
  if (kind === 'user') {
    add('userPrincipalName', properties.userPrincipalName)
    add('onPremisesImmutableId', properties.onPremisesImmutableId)
    add('onPremisesSecurityIdentifier', properties.onPremisesSecurityIdentifier)
  } else if (kind === 'group') {
    add('uniqueName', properties.uniqueName)
    if (isUnified(properties)) add('mailNickname', properties.mailNickname)
  }
  const addresses = properties.proxyAddresses
  if (Array.isArray(addresses)) for (const address of addresses) add('proxyAddresses', address)
  return keys
}

export function isUnified(properties: Properties): boolean {
  return Array.isArray(properties.groupTypes) && properties.groupTypes.includes('Unified')
}

const caseless = new Set(['userPrincipalName', 'proxyAddresses', 'mailNickname'])

function keyOf(property: string, value: string): string {
  return `${property}:${caseless.has(property) ? value.toLowerCase() : value}`
}
