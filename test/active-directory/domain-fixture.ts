import {
  connectDirectory,
  type DirectoryConnection,
  type DirectoryServer,
  type DirSyncRequest,
  dirSync,
  encodePassword,
  guidFromBytes
} from '@opendirsync/active-directory'
import type { Cookie, DirectoryChange, ObjectGuid } from '@opendirsync/contracts'
import { type SambaDomain, startSambaDomain } from '@opendirsync/testing'

export interface DomainFixture extends AsyncDisposable {
  readonly domain: SambaDomain
  readonly server: DirectoryServer
  readonly connection: DirectoryConnection
  /** An OU for the tests' objects. */
  readonly ou: string
}

export async function startDomainFixture(): Promise<DomainFixture> {
  await using started = new AsyncDisposableStack()
  // Samba 4.17 restores no object of a domain with the recycle bin: it insists on stripped tombstones.
  const domain = started.use(await startSambaDomain({ recycleBin: false }))
  const server = serverOf(domain)
  const connection = started.use(await connectDirectory(server))
  const ou = `OU=Tests,${domain.baseDn}`
  await connection.add(ou, { objectClass: 'organizationalUnit' })
  const running = started.move()
  return { domain, server, connection, ou, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function serverOf({ url, bindDn, password, caFile, serverName }: SambaDomain): DirectoryServer {
  return { url, bindDn, password, caFile, serverName }
}

export const userPassword = 'Correct.Horse.7'
let lastNumber = 0

/** Makes an enabled user and returns its DN. */
export async function addUser(
  { connection, ou }: DomainFixture,
  attributes: Readonly<Record<string, string | readonly string[]>> = {}
): Promise<string> {
  lastNumber++
  const dn = `CN=user ${lastNumber},${ou}`
  await connection.add(dn, {
    objectClass: 'user',
    sAMAccountName: `user${lastNumber}`,
    userPrincipalName: `user${lastNumber}@corp.example.test`,
    unicodePwd: encodePassword(userPassword),
    userAccountControl: '512',
    ...attributes
  })
  return dn
}

export async function addGroup(
  { connection, ou }: DomainFixture,
  member: readonly string[] = []
): Promise<string> {
  lastNumber++
  const dn = `CN=group ${lastNumber},${ou}`
  const members = member.length === 0 ? {} : { member }
  await connection.add(dn, { objectClass: 'group', sAMAccountName: `group${lastNumber}`, ...members })
  return dn
}

export async function guidOf({ connection }: DomainFixture, dn: string): Promise<ObjectGuid> {
  for await (const { attributes } of connection.search({
    base: dn,
    scope: 'base',
    attributes: ['objectGUID']
  })) {
    const value = attributes.find(({ name }) => name === 'objectGUID')?.values[0]
    if (value !== undefined) return guidFromBytes(value)
  }
  throw new Error(`${dn} is not there`)
}

/** Reads to the end and gathers what an importer would stage and commit. */
export async function readChanges(
  connection: DirectoryConnection,
  request: DirSyncRequest
): Promise<{ changes: DirectoryChange[]; cookie: Cookie }> {
  const changes: DirectoryChange[] = []
  let cookie = request.cookie ?? new Uint8Array()
  for await (const step of dirSync(connection, request)) {
    if (step.kind === 'changes') changes.push(...step.changes)
    else cookie = step.cookie
  }
  return { changes, cookie }
}
