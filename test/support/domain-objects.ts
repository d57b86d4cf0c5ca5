import { readFile } from 'node:fs/promises'
import { type Attribute, Client, type Entry } from 'ldapts'
import type { DomainAccess } from './directory.ts'

/** A user or group as the domain tells it, in plain words. Read by a client that is not ours. */
export interface DomainObject {
  readonly type: 'user' | 'group'
  readonly dn: string
  /** Base64 of objectGUID's 16 bytes. */
  readonly anchor: string
  readonly objectGuid: string
  readonly attributes: Readonly<Record<string, string>>
  readonly enabled: boolean
  readonly managerDn: string | undefined
  readonly memberDns: readonly string[]
}

const wanted = [
  'objectGUID',
  'objectClass',
  'userAccountControl',
  'userPrincipalName',
  'displayName',
  'name',
  'givenName',
  'sn',
  'title',
  'department',
  'telephoneNumber',
  'description',
  'adminDescription',
  'manager',
  'member'
]

/** Every user and group that an administrator would expect in the tenant: no system objects, no opted-out ones. */
export async function readDomain(domain: DomainAccess): Promise<DomainObject[]> {
  const ca = await readFile(domain.caFile)
  const client = new Client({ url: domain.url, tlsOptions: { ca: [ca], servername: domain.serverName } })
  await client.bind(domain.bindDn, domain.password)
  try {
    const { searchEntries } = await client.search(domain.baseDn, {
      scope: 'sub',
      filter:
        '(&(|(objectClass=user)(objectClass=group))(!(objectClass=computer))(!(isCriticalSystemObject=TRUE))(!(adminDescription=User_*)))',
      attributes: wanted,
      explicitBufferAttributes: ['objectGUID'],
      paged: { pageSize: 500 },
      timeLimit: 0
    })
    const objects: DomainObject[] = []
    for (const entry of searchEntries) objects.push(await asObject(client, entry))
    return objects.filter(object => object.type === 'user' || !systemGroups.has(object.attributes.name ?? ''))
  } finally {
    await client.unbind()
  }
}

/** Groups that a new Samba domain has without the mark of a system object, and that are not for security. */
const systemGroups = new Set(['DnsUpdateProxy', 'DnsAdmins'])

async function asObject(client: Client, entry: Entry): Promise<DomainObject> {
  const guid = entry.objectGUID as Buffer
  const single = (name: string) => texts(entry[name])[0]
  const attributes = Object.fromEntries(
    wanted.flatMap(name => {
      const value = name === 'objectGUID' ? undefined : single(name)
      return value === undefined ? [] : [[name, value]]
    })
  )
  return {
    type: texts(entry.objectClass).includes('group') ? 'group' : 'user',
    dn: entry.dn,
    anchor: guid.toString('base64'),
    objectGuid: guidText(guid),
    attributes,
    enabled: (Number(single('userAccountControl') ?? 0) & 2) === 0,
    managerDn: single('manager'),
    memberDns: await allMembers(client, entry)
  }
}

/** Large groups come in ranges (MS-ADTS section 3.1.1.3.1.3.3). */
async function allMembers(client: Client, entry: Entry): Promise<string[]> {
  const members: string[] = []
  let part: Entry | undefined = entry
  while (part !== undefined) {
    const key = Object.keys(part).find(name => /^member(;|$)/i.test(name) && texts(part?.[name]).length > 0)
    if (key === undefined) break
    members.push(...texts(part[key]))
    const end = /;range=\d+-(\d+)$/i.exec(key)?.[1]
    if (end === undefined) break
    const next = await client.search(entry.dn, {
      scope: 'base',
      attributes: [`member;range=${Number(end) + 1}-*`]
    })
    part = next.searchEntries[0]
  }
  return members
}

function texts(value: Attribute['values'] | Entry[string] | undefined): string[] {
  if (value === undefined) return []
  const list = Array.isArray(value) ? value : [value]
  return list.map(String)
}

function guidText(bytes: Buffer): string {
  const hex = (from: number, to: number, reverse: boolean) => {
    const part = [...bytes.subarray(from, to)]
    return Buffer.from(reverse ? part.reverse() : part).toString('hex')
  }
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-')
}
