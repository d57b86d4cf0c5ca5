import { type DirectoryObject, rdn, rootOu } from './directory-object.ts'
import { asAddress, namePools } from './names.ts'
import { companyName, type Department, departments, type Site, sites } from './organisation.ts'
import type { Random } from './random.ts'

/** Bits of userAccountControl: NORMAL_ACCOUNT, and PASSWD_NOTREQD because nobody here ever signs in. */
export const enabledAccount = '544'
/** The same with ACCOUNTDISABLE. */
export const disabledAccount = '546'

export interface Person extends DirectoryObject {
  readonly kind: 'user'
  readonly attributes: Readonly<Record<string, string | readonly string[]>>
  readonly site: Site
  readonly department: Department
  /** Leads the company, a site or a department of a site. */
  readonly leads: boolean
}

interface Position {
  readonly site: Site
  readonly department: Department
  readonly title: string
  readonly leads: boolean
  /** Index of the person above; none for the first. */
  readonly managerIndex: number | undefined
}

/** People from the top down: one who leads all, then the sites' heads, the departments' heads, and staff. */
export function people(count: number, domain: string, random: Random): Person[] {
  const names = uniqueNames(count, random)
  const made: Person[] = []
  for (const [index, name] of names.entries()) {
    const position = positionOf(index, random)
    const manager = position.managerIndex === undefined ? undefined : made[position.managerIndex]
    made.push(person(name, position, { index, domain, random, manager }))
  }
  return made
}

function positionOf(index: number, random: Random): Position {
  const site = at(sites, index)
  if (index === 0) {
    return {
      site,
      department: at(departments, 0),
      title: 'Managing Director',
      leads: true,
      managerIndex: undefined
    }
  }
  if (index <= sites.length) {
    return {
      site: at(sites, index - 1),
      department: at(departments, 0),
      title: 'Site Director',
      leads: true,
      managerIndex: 0
    }
  }
  const place = (index - sites.length - 1) % (sites.length * departments.length)
  const [siteIndex, departmentIndex] = [place % sites.length, Math.floor(place / sites.length)]
  const where = { site: at(sites, siteIndex), department: at(departments, departmentIndex) }
  const isHead = index <= sites.length + sites.length * departments.length
  if (isHead) return { ...where, title: where.department.head, leads: true, managerIndex: 1 + siteIndex }
  return {
    ...where,
    title: random.pick(where.department.titles),
    leads: false,
    managerIndex: 1 + sites.length + place
  }
}

interface Name {
  readonly given: string
  readonly family: string
  /** `ada.byron`, or `ada.byron2` for the second of that name. */
  readonly address: string
  /** Up to 20 characters, as sAMAccountName. */
  readonly account: string
  readonly common: string
}

function uniqueNames(count: number, random: Random): Name[] {
  const seen = new Map<string, number>()
  const nth = (key: string): string => {
    const number = (seen.get(key) ?? 0) + 1
    seen.set(key, number)
    return number === 1 ? '' : String(number)
  }
  return Array.from({ length: count }, () => {
    // One in ten has a family name from elsewhere, as people do.
    const pool = random.pick(namePools)
    const given = random.pick(pool.given)
    const family = random.pick((random.integer(10) === 0 ? random.pick(namePools) : pool).family)
    const address = asAddress(`${given} ${family}`)
    const account = asAddress(`${given.slice(0, 1)}${family}`).slice(0, 14)
    const number = nth(address)
    const common = number === '' ? `${given} ${family}` : `${given} ${family} ${number}`
    return { given, family, address: address + number, account: account + nth(`account ${account}`), common }
  })
}

interface PersonContext {
  readonly index: number
  readonly domain: string
  readonly random: Random
  readonly manager: Person | undefined
}

function person(name: Name, position: Position, { index, domain, random, manager }: PersonContext): Person {
  const { site, department, title, leads } = position
  const mail = `${name.address}@${domain}`
  const extension = String(1000 + (index % 9000))
  return {
    kind: 'user',
    dn: rdn('CN', name.common, rdn('OU', department.name, rdn('OU', site.name, rootOu))),
    attributes: {
      sAMAccountName: name.account,
      userPrincipalName: mail,
      userAccountControl: enabledAccount,
      givenName: name.given,
      sn: name.family,
      displayName: `${name.given} ${name.family}`,
      mail,
      proxyAddresses: [`SMTP:${mail}`, `smtp:${name.account}@${domain}`],
      title,
      department: department.name,
      company: companyName,
      employeeID: String(100_000 + index),
      physicalDeliveryOfficeName: `${site.name} ${String.fromCharCode(65 + random.integer(4))}${random.integer(400)}`,
      streetAddress: site.street,
      postalCode: site.postalCode,
      l: site.name,
      co: site.country,
      c: site.countryAlpha2,
      countryCode: site.countryNumeric,
      telephoneNumber: `${site.phonePrefix}${extension}`,
      // Not everybody has a company phone.
      ...(random.integer(3) === 0 && { mobile: `${site.phonePrefix}9${extension}` })
    },
    ...(manager && { manager: manager.dn }),
    site,
    department,
    leads
  }
}

/** The element at `index`, counted round and round. */
function at<T>(list: readonly T[], index: number): T {
  const element = list[index % list.length]
  if (element === undefined) throw new RangeError('an empty list has no elements')
  return element
}
