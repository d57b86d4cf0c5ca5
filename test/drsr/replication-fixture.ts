import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectDirectory, type DirectoryConnection, encodePassword } from '@opendirsync/active-directory'
import {
  connectReplication,
  type ReplicatedObject,
  type Replication,
  type ReplicationCursor
} from '@opendirsync/drsr'
import { type DomainFiles, type SambaDomain, startSambaDomain } from '@opendirsync/testing'

/** Extended rights (MS-ADTS section 5.1.3.2.1). */
const GET_CHANGES = '1131f6aa-9c07-11d1-f79f-00c04fc2dcd2'
const GET_CHANGES_ALL = '1131f6ad-9c07-11d1-f79f-00c04fc2dcd2'

/** Accounts by the rights that they have on the domain, and no others. */
const readers = {
  both: [GET_CHANGES, GET_CHANGES_ALL],
  withoutAll: [GET_CHANGES],
  neither: []
} as const
export type Reader = keyof typeof readers

export interface Person {
  readonly name: string
  /** A clear password, or the NT hash in hexadecimal: no Kerberos keys are made for that, which is faster. */
  readonly password: string | { readonly ntHash: string }
}

export interface ReplicationFixture extends AsyncDisposable {
  readonly domain: SambaDomain
  readonly reader: (reader: Reader) => {
    readonly user: string
    readonly domain: string
    readonly password: string
  }
  readonly connect: (reader?: Reader) => Promise<Replication & AsyncDisposable>
}

/** A domain with people in `OU=Staff` and accounts that may replicate. */
export async function startReplicationFixture(people: readonly Person[]): Promise<ReplicationFixture> {
  const password = `Rr1-${randomBytes(9).toString('base64url')}`
  const input = {
    people: people.map(person => [
      person.name,
      typeof person.password === 'string' ? person.password : [person.password.ntHash]
    ]),
    readers: Object.entries(readers).map(([name, rights]) => [name, password, ...rights])
  }
  const domain = await startSambaDomain({
    populate: files => runPython('replication_domain.py', files, [files.samDb, files.smbConf], input)
  })
  const reader = (name: Reader) => ({ user: name, domain: domain.netbios, password })
  return {
    domain,
    reader,
    connect: (name = 'both') =>
      connectReplication({
        controller: { host: domain.host },
        account: reader(name),
        serverName: domain.serverName
      }),
    [Symbol.asyncDispose]: () => domain[Symbol.asyncDispose]()
  }
}

export interface ReadHashes {
  /** Hexadecimal, by objectGUID. */
  readonly hashes: Readonly<Record<string, string>>
  /** Without connecting. */
  readonly seconds: number
}

/** All pages from the cursor to the end, as one. */
export async function readAll(
  replication: Replication,
  { domain }: ReplicationFixture,
  cursor?: ReplicationCursor
): Promise<{ objects: ReplicatedObject[]; cursor: ReplicationCursor; restarted: boolean }> {
  const objects: ReplicatedObject[] = []
  let last = cursor ?? ''
  let restarted = false
  const from = cursor === undefined ? {} : { cursor }
  for await (const page of replication.changes({ namingContext: domain.baseDn, ...from })) {
    objects.push(...page.objects)
    last = page.cursor
    restarted ||= page.restarted
  }
  return { objects, cursor: last, restarted }
}

/** As an administrator, over LDAP. */
export function administrate(domain: SambaDomain): Promise<DirectoryConnection> {
  const { url, bindDn, password, caFile, serverName } = domain
  return connectDirectory({ url, bindDn, password, caFile, serverName })
}

export async function setPassword(
  directory: DirectoryConnection,
  dn: string,
  password: string
): Promise<void> {
  const values = [encodePassword(password)]
  await directory.modify(dn, [{ operation: 'replace', attribute: 'unicodePwd', values }])
}

export async function setValue(
  directory: DirectoryConnection,
  dn: string,
  attribute: string,
  value: string
): Promise<void> {
  await directory.modify(dn, [{ operation: 'replace', attribute, values: [value] }])
}

/** What Samba's own client reads, object by object. */
export async function hashesBySamba(
  { domain, reader }: ReplicationFixture,
  guids: readonly string[]
): Promise<ReadHashes> {
  const { files, host } = domain
  const output = await runPython('read_hashes.py', files, [files.smbConf], { host, guids, ...reader('both') })
  return JSON.parse(output)
}

/** Debian's own interpreter: python3-samba is for that one. */
const python = '/usr/bin/python3'

/** Its input goes through a file in the domain's folder, so that no password is in an argument. */
async function runPython(
  script: string,
  { folder }: DomainFiles,
  args: readonly string[],
  input: unknown
): Promise<string> {
  const inputFile = join(folder, `${script}.json`)
  await writeFile(inputFile, JSON.stringify(input), { mode: 0o600 })
  const { stdout } = await promisify(execFile)(
    python,
    [join(import.meta.dirname, script), ...args, inputFile],
    {
      maxBuffer: 64 * 1024 * 1024
    }
  )
  return stdout
}
