import { type Group, group } from './groups.ts'
import { disabledAccount, type Person } from './people.ts'

/** What real directories are full of: why it is wrong is in the comment, what becomes of it is for the rules to say. */
interface Dirt {
  readonly name: string
  /** How many of a thousand people; at least one. */
  readonly perThousand: number
  /** The attributes that change; `undefined` removes one. `other` is somebody whose values are in order. */
  change(person: Values, other: Values): Record<string, string | undefined>
}

interface Values {
  readonly given: string
  readonly family: string
  readonly account: string
  /** Before the @ of the address, and after it. */
  readonly local: string
  readonly domain: string
  readonly mail: string
}

/** `ada.byron` becomes `adá.byron`. */
function accented(local: string): string {
  return local
    .replace(/([aeiou])(\.|$)/, '$1\u0301$2')
    .normalize('NFC')
    .replace(/^[ -~]+$/, '$&é')
}

const dirts: readonly Dirt[] = [
  { name: 'disabled', perThousand: 25, change: () => ({ userAccountControl: disabledAccount }) },
  {
    // A second account for administration, named after the person. Windows is content with the sign.
    name: 'admin-account',
    perThousand: 10,
    change: ({ given, family, account, local, domain }) => ({
      sAMAccountName: `#${account}`,
      userPrincipalName: `#admin.${local}@${domain}`,
      displayName: `#Admin ${given} ${family}`,
      mail: undefined,
      proxyAddresses: undefined
    })
  },
  {
    // The domain that forests were made with when nobody thought of the Internet; no tenant can verify it.
    name: 'upn-suffix-local',
    perThousand: 15,
    change: ({ local }) => ({ userPrincipalName: `${local}@corp.local` })
  },
  { name: 'upn-missing', perThousand: 10, change: () => ({ userPrincipalName: undefined }) },
  {
    name: 'upn-accent',
    perThousand: 10,
    change: ({ local, domain }) => ({ userPrincipalName: `${accented(local)}@${domain}` })
  },
  {
    name: 'upn-space',
    perThousand: 5,
    change: ({ local, domain }) => ({ userPrincipalName: `${local.replace('.', ' ')}@${domain}` })
  },
  {
    // 64 characters before the @ is all that Entra takes.
    name: 'upn-too-long',
    perThousand: 5,
    change: ({ local, domain }) => ({ userPrincipalName: `${`${local}.`.repeat(8).slice(0, 70)}x@${domain}` })
  },
  {
    name: 'mail-duplicate',
    perThousand: 10,
    change: (_, { mail }) => ({ mail, proxyAddresses: `SMTP:${mail}` })
  },
  {
    name: 'mail-accent',
    perThousand: 5,
    change: ({ local, domain }) => ({ mail: `${accented(local)}@${domain}` })
  },
  {
    name: 'display-name-spaces',
    perThousand: 15,
    change: ({ given, family }) => ({ displayName: ` ${given}  ${family} ` })
  },
  { name: 'display-name-missing', perThousand: 5, change: () => ({ displayName: undefined }) }
]

/** Makes some of the staff untidy; those who lead stay as they are. The number of people stays the same. */
export function soil(people: readonly Person[]): Person[] {
  const soiled = [...people]
  // From the end of the list: staff, and never one twice.
  let index = people.length - 1
  for (const dirt of dirts) {
    const count = Math.max(1, Math.round((dirt.perThousand * people.length) / 1000))
    for (let nth = 0; nth < count; nth++, index--) {
      const [person, other] = [people[index], people[index - 1]]
      if (person === undefined || other === undefined || person.leads) return soiled
      soiled[index] = apply(dirt, person, other)
      // Whom another was confused with stays in order.
      if (dirt.name === 'mail-duplicate') index--
    }
  }
  return soiled
}

function apply(dirt: Dirt, person: Person, other: Person): Person {
  const attributes = { ...person.attributes, ...dirt.change(valuesOf(person), valuesOf(other)) }
  const present = Object.entries(attributes).filter(entry => entry[1] !== undefined)
  return { ...person, attributes: Object.fromEntries(present) as Person['attributes'], dirt: dirt.name }
}

function valuesOf({ attributes }: Person): Values {
  const text = (name: string): string => String(attributes[name] ?? '')
  const mail = text('mail')
  const [local = '', domain = ''] = mail.split('@')
  return {
    given: text('givenName'),
    family: text('sn'),
    account: text('sAMAccountName'),
    local,
    domain,
    mail
  }
}

/** Groups that nobody tidied up: one without members, and two that are members of one another. */
export function untidyGroups(people: readonly Person[]): Group[] {
  const first = group(
    'Office Move North',
    people.slice(0, 3).map(({ dn }) => dn)
  )
  const second = group('Office Move South', [...people.slice(3, 6).map(({ dn }) => dn), first.dn])
  return [
    { ...group('Canteen Committee', []), dirt: 'group-empty' },
    { ...first, members: [...first.members, second.dn], dirt: 'groups-circular' },
    { ...second, dirt: 'groups-circular' }
  ]
}
