import {
  installerPermissions,
  knownPermissions,
  type PermissionChoice,
  syncServiceRole
} from '../model/application-permissions.ts'

export interface ApplicationOptions {
  /** Application permissions, granted by an administrator; without it, those of Graph that an installer grants. */
  readonly permissions?: readonly string[]
  /** Directory roles that the application itself holds, by display name; none without it. */
  readonly roles?: readonly string[]
}

/** The application as the tenant knows it: what it was granted, and what it has made use of. */
export class Application {
  readonly #granted: Set<string>
  readonly #used = new Set<string>()
  readonly roles: Set<string>

  /** @throws RangeError for a permission that the emulator does not know */
  constructor(options: ApplicationOptions = {}) {
    this.#granted = new Set(known(options.permissions ?? installerPermissions))
    this.roles = new Set(options.roles)
  }

  /** Of Graph. They are in the tokens issued from now on, as in Entra: a token keeps those that it was issued with. */
  get granted(): readonly string[] {
    return [...this.#granted].filter(each => each !== syncServiceRole).sort()
  }

  /** Of the synchronization service: they are in its tokens only. */
  get grantedOfSyncService(): readonly string[] {
    return this.#granted.has(syncServiceRole) ? [syncServiceRole] : []
  }

  /** Those without which something would have been refused. */
  get used(): readonly string[] {
    return [...this.#used].sort()
  }

  /** @throws RangeError for a permission that the emulator does not know */
  grant(permissions: readonly string[]): void {
    for (const permission of known(permissions)) this.#granted.add(permission)
  }

  /** @throws RangeError for a permission that the emulator does not know */
  revoke(permissions: readonly string[]): void {
    for (const permission of known(permissions)) this.#granted.delete(permission)
  }

  forgetUsed(): void {
    this.#used.clear()
  }

  /** Whether a token with these permissions may do what needs one of these; the least privileged one counts as used. */
  mayUse(held: ReadonlySet<string>, choices: readonly PermissionChoice[]): boolean {
    const choice = choices.map(each => [each].flat()).find(each => each.every(name => held.has(name)))
    for (const name of choice ?? []) this.#used.add(name)
    return choice !== undefined
  }

  holdsRole(names: readonly string[]): boolean {
    return names.some(name => this.roles.has(name))
  }
}

function known(permissions: readonly string[]): readonly string[] {
  const all = [...knownPermissions, syncServiceRole]
  const unknown = permissions.find(permission => !all.includes(permission))
  if (unknown === undefined) return permissions
  throw new RangeError(`No permission '${unknown}' is known here; known are ${all.join(', ')}`)
}
