import type { DirectoryObject } from './directory-object.ts'
import { soil, untidyGroups } from './dirt.ts'
import { type GroupCounts, groups } from './groups.ts'
import {
  computers,
  contacts,
  mostServiceAccounts,
  organizationalUnits,
  serviceAccounts
} from './other-objects.ts'
import { people } from './people.ts'
import { randomOf } from './random.ts'

export interface CompanyOptions extends GroupCounts {
  /** People and service accounts together; 200 unless told otherwise. */
  readonly users?: number
  /** Of addresses and user principal names; `corp.example.test` unless told otherwise. */
  readonly domain?: string
  /** Another seed makes another company; the same seed the same. */
  readonly seed?: number
  /**
   * True unless told otherwise: untidy accounts and groups, and what is no person (service accounts, contacts,
   * computers). False: organizational units, people and groups, all in order, in exactly the numbers asked for.
   */
  readonly dirt?: boolean
}

export interface Company {
  readonly domain: string
  /** In an order in which they can be created: parents and managers first, members of groups last. */
  readonly objects: readonly DirectoryObject[]
}

/** A believable company, made up: no name in it belongs to anybody. */
export function company(options: CompanyOptions = {}): Company {
  const { users = 200, domain = 'corp.example.test', seed = 1, dirt = true } = options
  const random = randomOf(seed)
  if (!dirt) {
    const staff = people(users, domain, random)
    return { domain, objects: [...organizationalUnits(), ...staff, ...groups(staff, options, random)] }
  }
  const services = serviceAccounts(Math.min(mostServiceAccounts, Math.floor(users / 40)), domain)
  const staff = soil(people(users - services.length, domain, random))
  const objects = [
    ...organizationalUnits(),
    ...staff,
    ...services,
    ...contacts(),
    ...computers(),
    ...groups(staff, options, random),
    ...untidyGroups(staff)
  ]
  return { domain, objects }
}
