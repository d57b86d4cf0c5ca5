import { randomUUID } from 'node:crypto'
import {
  connectDirectory,
  type DirectoryConnection,
  type NewAttributes,
  restoreDeleted
} from '@opendirsync/active-directory'

/** How to reach the domain, as the system tells it. */
export interface DomainAccess {
  readonly url: string
  readonly serverName: string
  readonly baseDn: string
  readonly bindDn: string
  readonly password: string
  readonly caFile: string
}

const securityGroup = String(0x80000002 | 0)
/** NORMAL_ACCOUNT with PASSWD_NOTREQD: an enabled account without a password. */
const enabledAccount = 0x0200 + 0x0020
const disabled = 0x0002

/** An administrator at work in one organizational unit of the domain. */
export class Directory implements AsyncDisposable {
  readonly ou: string
  readonly dnsName: string
  readonly #connection: DirectoryConnection

  private constructor(connection: DirectoryConnection, ou: string, dnsName: string) {
    this.#connection = connection
    this.ou = ou
    this.dnsName = dnsName
  }

  /** Makes an organizational unit of a name that nobody else has. */
  static async open(domain: DomainAccess): Promise<Directory> {
    const connection = await connectDirectory(domain)
    const ou = `OU=Unit ${randomUUID().slice(0, 8)},${domain.baseDn}`
    await connection.add(ou, { objectClass: 'organizationalUnit' })
    return new Directory(connection, ou, domain.serverName.split('.').slice(1).join('.'))
  }

  async addUnit(name: string): Promise<string> {
    const dn = `OU=${name},${this.ou}`
    await this.#connection.add(dn, { objectClass: 'organizationalUnit' })
    return dn
  }

  /** @returns the distinguished name */
  async addUser(name: string, attributes: NewAttributes = {}): Promise<string> {
    const dn = `CN=${name},${this.ou}`
    const account = accountName(name)
    await this.#connection.add(dn, {
      objectClass: 'user',
      sAMAccountName: account,
      userPrincipalName: `${account}@${this.dnsName}`,
      displayName: name,
      userAccountControl: String(enabledAccount),
      ...attributes
    })
    return dn
  }

  async addGroup(name: string, members: readonly string[] = []): Promise<string> {
    const dn = `CN=${name},${this.ou}`
    await this.#connection.add(dn, {
      objectClass: 'group',
      sAMAccountName: accountName(name),
      groupType: securityGroup,
      ...(members.length > 0 && { member: members })
    })
    return dn
  }

  async set(dn: string, attribute: string, ...values: (string | Uint8Array)[]): Promise<void> {
    await this.#connection.modify(dn, [{ operation: 'replace', attribute, values }])
  }

  async addMember(group: string, ...members: string[]): Promise<void> {
    await this.#connection.modify(group, [{ operation: 'add', attribute: 'member', values: members }])
  }

  async removeMember(group: string, ...members: string[]): Promise<void> {
    await this.#connection.modify(group, [{ operation: 'delete', attribute: 'member', values: members }])
  }

  async disable(dn: string): Promise<void> {
    await this.set(dn, 'userAccountControl', String(enabledAccount + disabled))
  }

  async enable(dn: string): Promise<void> {
    await this.set(dn, 'userAccountControl', String(enabledAccount))
  }

  /** @returns the new distinguished name */
  async rename(dn: string, newName: string, newParent?: string): Promise<string> {
    const rdn = `${dn.slice(0, dn.indexOf('='))}=${newName}`
    await this.#connection.rename(dn, rdn, newParent)
    return `${rdn},${newParent ?? dn.slice(dn.indexOf(',') + 1)}`
  }

  async delete(dn: string): Promise<void> {
    await this.#connection.delete(dn)
  }

  /** Brings an object back from the recycle bin. */
  async restore(objectGuid: string, dn: string): Promise<void> {
    await restoreDeleted(this.#connection, objectGuid, dn)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]()
  }
}

let count = 0

/** sAMAccountName has 20 characters at most and is unique in the domain. */
export function accountName(name: string): string {
  count += 1
  return `${name
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .slice(0, 8)}${process.pid % 10_000}x${count}`
}
