import { randomUUID } from 'node:crypto'
import type { ExtensionProperties, ExtensionProperty } from '../model/extension-properties.ts'
import { type DeltaDisorder, orderlyDelta } from './delta-disorder.ts'
import type { Directory } from './directory.ts'
import type { DirectoryEntry, Properties } from './directory-entry.ts'
import { type DomainChange, domainsAfter, type Tenant } from './tenant.ts'

/** What people and other services do in a tenant, and an application with our permissions cannot. */
export class Administration {
  readonly #tenant: Tenant
  readonly #directory: Directory
  readonly #extensions: ExtensionProperties
  #delta: DeltaDisorder = orderlyDelta

  constructor(tenant: Tenant, directory: Directory, extensions: ExtensionProperties) {
    this.#tenant = tenant
    this.#directory = directory
    this.#extensions = extensions
  }

  /** How disorderly delta queries are at the moment. */
  get delta(): DeltaDisorder {
    return this.#delta
  }

  /** What is not said is orderly. */
  setDelta(disorder: Partial<DeltaDisorder>): void {
    this.#delta = { ...orderlyDelta, ...disorder }
  }

  /** Adds, verifies, federates or removes a domain. Unlike Entra, it asks for no proof and minds no users. */
  setDomain(change: DomainChange): void {
    this.#tenant.domains = domainsAfter(this.#tenant.domains, change)
  }

  /** How many objects the tenant may hold from now on. */
  setObjectQuota(objects: number): void {
    this.#tenant.objectQuota = objects
  }

  /** What an administrator's delete does: users and groups go to the bin, the rest is gone. */
  remove(id: string): void {
    const entry = this.#require(id)
    this.#directory.remove(entry)
    if (entry.kind !== 'user' && entry.kind !== 'group') this.#directory.purge(entry)
  }

  /** Gives a directory role to a user, or to a group that roles can be given to. The role's id. */
  giveRole(principalId: string, role: string): string {
    this.#require(principalId)
    const entry = this.#role(role) ?? this.#directory.create('directoryRole', roleProperties(role), 0)
    this.#directory.link('members', entry, principalId)
    return entry.id
  }

  takeRole(principalId: string, role: string): void {
    const entry = this.#role(role)
    if (entry !== undefined) this.#directory.unlink('members', entry, principalId)
  }

  /** An organizational contact, as Exchange Online makes them. Its id. */
  createContact(contact: { displayName: string; mail: string; proxyAddresses?: readonly string[] }): string {
    const proxyAddresses = contact.proxyAddresses ?? [`SMTP:${contact.mail}`]
    return this.#directory.create('contact', { ...contact, proxyAddresses }, 0).id
  }

  /**
   * Users that somebody made in the portal before: each with a userPrincipalName, the rest as given. `mail` becomes their
   * address. Their ids, in the same order. All that is given is made, or nothing.
   * @throws TypeError when a name is missing, or a unique value belongs to another object
   */
  createUsers(users: readonly Properties[]): string[] {
    const made: DirectoryEntry[] = []
    try {
      for (const user of users) made.push(this.#createUser(user))
    } catch (error) {
      for (const entry of made) this.#directory.remove(entry)
      for (const entry of made) this.#directory.purge(entry)
      throw error
    }
    return made.map(({ id }) => id)
  }

  #createUser(user: Properties): DirectoryEntry {
    const { userPrincipalName, mail } = user
    if (typeof userPrincipalName !== 'string' || !userPrincipalName.includes('@')) {
      throw new TypeError('Each user needs a userPrincipalName such as ann@contoso.com')
    }
    const [name] = userPrincipalName.split('@')
    const properties: Properties = {
      accountEnabled: true,
      userType: 'Member',
      displayName: name,
      mailNickname: name,
      ...(typeof mail === 'string' && { proxyAddresses: [`SMTP:${mail}`] }),
      ...user
    }
    const conflict = this.#directory.conflict('user', properties)
    if (conflict === undefined) return this.#directory.create('user', properties, 0)
    throw new TypeError(`${userPrincipalName}: its ${conflict.key.property} belongs to ${conflict.owner.id}`)
  }

  /** Sets what Graph only shows: secondary addresses, onPremisesSyncEnabled, … Null forgets. */
  setProperties(id: string, properties: Properties): void {
    this.#directory.update(this.#require(id), properties)
  }

  registerExtension(extension: ExtensionProperty): void {
    this.#extensions.register(extension)
  }

  #role(displayName: string): DirectoryEntry | undefined {
    const roles = [...this.#directory.live.directoryRole.values()]
    return roles.find(({ properties }) => properties.displayName === displayName)
  }

  /** @throws RangeError */
  #require(id: string): DirectoryEntry {
    const entry = this.#directory.find(id)
    if (entry === undefined) throw new RangeError(`The tenant has no object ${id}`)
    return entry
  }
}

function roleProperties(displayName: string): Properties {
  return { displayName, description: displayName, roleTemplateId: randomUUID() }
}
