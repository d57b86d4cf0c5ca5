import type { GraphAccess } from '@opendirsync/testing'
import { type GraphObject, tenantReader, waitFor } from '@opendirsync/testing'
import type { DomainAccess } from './directory.ts'
import { type DomainObject, readDomain } from './domain-objects.ts'

/** An object in words that both sides share. References are anchors. */
interface Comparable {
  readonly type: 'user' | 'group'
  readonly values: Readonly<Record<string, unknown>>
  readonly manager: string | undefined
  readonly members: readonly string[]
}

type Picture = ReadonlyMap<string, Comparable>

/**
 * Waits until tenant and domain agree object by object: the domain read over LDAP, the tenant over Graph, both
 * by clients that are not the ones under test, and translated here without the rules.
 *
 * @throws Error with the differences that are left in the end
 */
export async function agreement(
  domain: DomainAccess,
  graph: GraphAccess,
  timeoutMs = 20_000
): Promise<number> {
  using reader = tenantReader(graph)
  let differences: string[] = []
  return waitFor(
    async () => {
      const expected = pictureOfDomain(await readDomain(domain))
      const actual = await pictureOfTenant(reader)
      differences = differencesBetween(expected, actual)
      if (differences.length > 0) throw new Error(differences.slice(0, 10).join('\n'))
      return expected.size
    },
    { timeoutMs, everyMs: 100, describe: 'tenant and domain to agree' }
  )
}

function pictureOfDomain(objects: readonly DomainObject[]): Picture {
  const anchors = new Map(objects.map(object => [object.dn.toLowerCase(), object.anchor]))
  const anchorOf = (dn: string | undefined) => (dn === undefined ? undefined : anchors.get(dn.toLowerCase()))
  return new Map(
    objects.map(object => [
      object.anchor,
      {
        type: object.type,
        values: object.type === 'user' ? userValues(object) : groupValues(object),
        manager: anchorOf(object.managerDn),
        members: object.memberDns.flatMap(dn => anchorOf(dn) ?? []).sort()
      }
    ])
  )
}

function userValues({ attributes, enabled }: DomainObject): Record<string, unknown> {
  return {
    userPrincipalName: attributes.userPrincipalName?.toLowerCase(),
    displayName: attributes.displayName,
    givenName: attributes.givenName ?? null,
    surname: attributes.sn ?? null,
    jobTitle: attributes.title ?? null,
    department: attributes.department ?? null,
    phone: attributes.telephoneNumber ?? null,
    enabled
  }
}

function groupValues({ attributes }: DomainObject): Record<string, unknown> {
  return {
    displayName: attributes.displayName ?? attributes.name,
    description: attributes.description ?? null
  }
}

async function pictureOfTenant(reader: ReturnType<typeof tenantReader>): Promise<Picture> {
  const [users, groups] = await Promise.all([reader.users(), reader.groups()])
  const anchors = new Map([
    ...users.map((user): [string, string] => [user.id, String(user.onPremisesImmutableId)]),
    ...groups.map((group): [string, string] => [group.id, anchorOfGuid(String(group.uniqueName))])
  ])
  const anchorOf = (id: string | undefined) => (id === undefined ? undefined : anchors.get(id))
  const picture = new Map<string, Comparable>()
  for (const user of users) {
    picture.set(anchors.get(user.id) ?? user.id, {
      type: 'user',
      values: tenantUserValues(user),
      manager: anchorOf(managerOf(user)),
      members: []
    })
  }
  for (const group of groups) {
    const members = (await reader.members(group.id)).map(id => anchorOf(id) ?? id)
    picture.set(anchors.get(group.id) ?? group.id, {
      type: 'group',
      values: { displayName: group.displayName, description: group.description ?? null },
      manager: undefined,
      members: members.sort()
    })
  }
  return picture
}

function managerOf({ manager }: GraphObject): string | undefined {
  return typeof manager === 'object' && manager !== null && 'id' in manager ? String(manager.id) : undefined
}

function tenantUserValues(user: GraphObject): Record<string, unknown> {
  const phones = user.businessPhones
  return {
    userPrincipalName: String(user.userPrincipalName).toLowerCase(),
    displayName: user.displayName,
    givenName: user.givenName ?? null,
    surname: user.surname ?? null,
    jobTitle: user.jobTitle ?? null,
    department: user.department ?? null,
    phone: Array.isArray(phones) ? (phones[0] ?? null) : null,
    enabled: user.accountEnabled
  }
}

function differencesBetween(expected: Picture, actual: Picture): string[] {
  const missing = [...expected].flatMap(([anchor, object]) =>
    actual.has(anchor) ? [] : [`missing in the tenant: ${String(object.values.displayName)}`]
  )
  const surplus = [...actual].flatMap(([anchor, object]) =>
    expected.has(anchor) ? [] : [`only in the tenant: ${String(object.values.displayName)}`]
  )
  const different = [...expected].flatMap(([anchor, object]) => {
    const other = actual.get(anchor)
    if (other === undefined || JSON.stringify(object) === JSON.stringify(other)) return []
    return [`domain ${JSON.stringify(object).slice(0, 400)}\ntenant ${JSON.stringify(other).slice(0, 400)}`]
  })
  return [...missing, ...surplus, ...different]
}

/** The GUID's first three fields are little-endian in its bytes (MS-DTYP section 2.3.4.2). */
function anchorOfGuid(guid: string): string {
  const [a = '', b = '', c = '', d = '', e = ''] = guid.split('-')
  const reversed = (hex: string) => Buffer.from(hex, 'hex').reverse()
  return Buffer.concat([reversed(a), reversed(b), reversed(c), Buffer.from(d + e, 'hex')]).toString('base64')
}
