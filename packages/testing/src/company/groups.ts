import { type DirectoryObject, rdn, rootOu } from './directory-object.ts'
import { departments, sites } from './organisation.ts'
import type { Person } from './people.ts'
import type { Random } from './random.ts'

export interface Group extends DirectoryObject {
  readonly kind: 'group'
  readonly members: readonly string[]
}

export interface GroupCounts {
  /** Exactly so many groups. */
  readonly groups?: number
  /** Exactly so many values of `member` in all groups together. */
  readonly memberships?: number
}

/** GROUP_TYPE_ACCOUNT_GROUP | GROUP_TYPE_SECURITY_ENABLED (MS-ADTS 2.2.12): a global security group. */
const globalSecurityGroup = '-2147483646'
const groupsOu = rdn('OU', 'Groups', rootOu)
const subjects = [
  'Atlas',
  'Beacon',
  'Cobalt',
  'Delta',
  'Ember',
  'Fjord',
  'Granite',
  'Harbour',
  'Indigo',
  'Juniper'
]

/**
 * Everybody is in the group of their department at their site, those are in their site's group, and those are in
 * All Staff. Project groups with members from everywhere make up the rest.
 * @throws RangeError when the counts asked for are less than that structure, or more than there are pairs.
 */
export function groups(people: readonly Person[], counts: GroupCounts, random: Random): Group[] {
  const structure = staffGroups(people)
  const projectCount = (counts.groups ?? structure.length + subjects.length) - structure.length
  if (projectCount < 0)
    throw new RangeError(`${structure.length} groups are the least: sites, departments, all staff`)
  const taken = structure.reduce((sum, group) => sum + group.members.length, 0)
  const wanted =
    counts.memberships === undefined ? projectCount * Math.min(12, people.length) : counts.memberships - taken
  return [...structure, ...projectGroups(people, projectCount, wanted, random)]
}

function staffGroups(people: readonly Person[]): Group[] {
  const made: Group[] = []
  const siteGroups = sites.map(site => {
    const ofDepartments = departments.map(department => {
      const members = people.filter(person => person.site === site && person.department === department)
      return group(
        `${site.name} ${department.name}`,
        members.map(person => person.dn)
      )
    })
    made.push(...ofDepartments)
    return group(
      `${site.name} Staff`,
      ofDepartments.map(({ dn }) => dn)
    )
  })
  const everyone = group(
    'All Staff',
    siteGroups.map(({ dn }) => dn)
  )
  return [...made, ...siteGroups, everyone]
}

function projectGroups(
  people: readonly Person[],
  count: number,
  memberships: number,
  random: Random
): Group[] {
  if (memberships < 0 || memberships > count * people.length) {
    throw new RangeError(
      `${count} project groups of ${people.length} people cannot hold ${memberships} memberships`
    )
  }
  return Array.from({ length: count }, (_, index) => {
    const size = Math.min(
      people.length,
      Math.floor(memberships / count) + (index < memberships % count ? 1 : 0)
    )
    const subject = subjects[index % subjects.length]
    const number = index < subjects.length ? '' : ` ${Math.floor(index / subjects.length) + 1}`
    return group(`Project ${subject}${number}`, distinctPeople(people, size, random))
  })
}

function distinctPeople(people: readonly Person[], size: number, random: Random): string[] {
  if (size * 2 > people.length)
    return random
      .shuffle(people)
      .slice(0, size)
      .map(({ dn }) => dn)
  const chosen = new Set<string>()
  while (chosen.size < size) chosen.add(random.pick(people).dn)
  return [...chosen]
}

export function group(name: string, members: readonly string[], more: Record<string, string> = {}): Group {
  return {
    kind: 'group',
    dn: rdn('CN', name, groupsOu),
    attributes: {
      sAMAccountName: name,
      groupType: globalSecurityGroup,
      description: `Members of ${name}`,
      ...more
    },
    members
  }
}
