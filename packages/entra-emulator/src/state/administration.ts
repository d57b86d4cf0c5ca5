import { randomUUID } from 'node:crypto'
import type { ExtensionProperties, ExtensionProperty } from '../model/extension-properties.ts'
import type { Directory } from './directory.ts'
import type { DirectoryEntry, Properties } from './directory-entry.ts'

/** What people and other services do in a tenant, and an application with our permissions cannot. */
export class Administration {
  readonly #directory: Directory
  readonly #extensions: ExtensionProperties

  constructor(directory: Directory, extensions: ExtensionProperties) {
    this.#directory = directory
    this.#extensions = extensions
  }

  /** Gives a directory role to a user, or to a group that roles can be given to. The role's id. */
  giveRole(principalId: string, role: string): string {
    this.#require(principalId)
    const entry = this.#role(role) ?? this.#directory.create('directoryRole', roleProperties(role))
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
    return this.#directory.create('contact', { ...contact, proxyAddresses }).id
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
