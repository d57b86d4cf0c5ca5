import type { ObjectType, Problem, ScopePart } from '@opendirsync/contracts'
import type { DirectoryValues } from './attribute-flow.ts'
import { isConflictName } from './distinguished-name.ts'
import { securityEnabledBit } from './groups/group-type.ts'
import { integer, isTrue, single } from './values.ts'

/** One reason to leave objects of these types out. It reads only what it declares. */
export interface ScopingFilter {
  readonly objectTypes: readonly ObjectType[]
  readonly sources: readonly string[]
  readonly reason: Problem
  readonly excludes: (values: Readonly<Record<string, DirectoryValues>>) => boolean
}

interface Declared<Name extends string> extends Omit<ScopingFilter, 'excludes'> {
  readonly sources: readonly Name[]
  readonly excludes: (values: Readonly<Record<Name, DirectoryValues>>) => boolean
}

const everything: readonly ObjectType[] = ['user', 'group', 'contact']

/** mail public folder, system attendant, system mailbox, both USG kinds, mailbox plan, discovery mailbox. */
const systemRecipientTypes = 0x21c07000n
const roleGroupType = 0x40000000n

/**
 * What Entra Connect's default rules leave out (`cloudFiltered`), as data, and groups that are not for security.
 * The first filter that excludes an object gives the reason.
 */
export const scopingFilters: readonly ScopingFilter[] = [
  filter({
    objectTypes: everything,
    sources: ['dn'],
    reason: {
      code: 'replication-conflict',
      message:
        'The object lost a replication conflict (its name holds CNF:). Merge or delete it in the directory.'
    },
    excludes: ({ dn }) => isConflictName(single(dn) ?? '')
  }),
  filter({
    objectTypes: everything,
    sources: ['isCriticalSystemObject'],
    reason: {
      code: 'critical-system-object',
      attribute: 'isCriticalSystemObject',
      message: 'The directory itself depends on this object; it is never synchronised.'
    },
    excludes: ({ isCriticalSystemObject }) => isTrue(isCriticalSystemObject)
  }),
  filter({
    objectTypes: ['user'],
    sources: ['adminDescription'],
    reason: optedOut('User_'),
    excludes: ({ adminDescription }) => startsWith(adminDescription, 'User_')
  }),
  filter({
    objectTypes: ['group'],
    sources: ['adminDescription'],
    reason: optedOut('Group_'),
    excludes: ({ adminDescription }) => startsWith(adminDescription, 'Group_')
  }),
  filter({
    objectTypes: ['user'],
    sources: ['sAMAccountName'],
    reason: {
      code: 'account-name-missing',
      attribute: 'sAMAccountName',
      message: 'The user has no sAMAccountName that the service account can read.'
    },
    excludes: ({ sAMAccountName }) => single(sAMAccountName) === undefined
  }),
  filter({
    objectTypes: ['user'],
    sources: ['sAMAccountName', 'mailNickname'],
    reason: {
      code: 'service-object',
      attribute: 'sAMAccountName',
      message:
        'The account belongs to Windows, Exchange or a synchronisation tool; such accounts are not synchronised.'
    },
    excludes: ({ sAMAccountName, mailNickname }) =>
      ['SUPPORT_388945a0', 'AAD_', 'MSOL_'].some(prefix => startsWith(sAMAccountName, prefix)) ||
      startsWith(mailNickname, 'SystemMailbox{') ||
      [sAMAccountName, mailNickname].some(isCasMailbox)
  }),
  filter({
    objectTypes: ['user'],
    sources: ['msExchRecipientTypeDetails'],
    reason: {
      code: 'system-mailbox',
      attribute: 'msExchRecipientTypeDetails',
      message: 'The recipient is one of the system mailboxes of Exchange; they are not synchronised.'
    },
    excludes: ({ msExchRecipientTypeDetails }) => anyBit(msExchRecipientTypeDetails, systemRecipientTypes)
  }),
  filter({
    objectTypes: ['group'],
    sources: ['sAMAccountName', 'msExchRecipientTypeDetails'],
    reason: {
      code: 'service-object',
      attribute: 'msExchRecipientTypeDetails',
      message:
        'The group is a role group of Exchange or belongs to a synchronisation tool; such groups are not synchronised.'
    },
    excludes: ({ sAMAccountName, msExchRecipientTypeDetails }) =>
      startsWith(sAMAccountName, 'MSOL_AD_Sync_RichCoexistence') ||
      anyBit(msExchRecipientTypeDetails, roleGroupType)
  }),
  filter({
    objectTypes: ['group'],
    sources: ['groupType'],
    reason: {
      code: 'distribution-group',
      attribute: 'groupType',
      message:
        'The group is a distribution group, which Microsoft Graph cannot create. Make it a security group to have it exported.'
    },
    excludes: ({ groupType }) => integer(groupType) !== undefined && !anyBit(groupType, securityEnabledBit)
  })
]

/** The most specific class in AD to our object type; classes that are not here are not synchronised. */
export const objectTypeOfClass: Readonly<Record<string, ObjectType>> = {
  user: 'user',
  inetOrgPerson: 'user',
  group: 'group',
  contact: 'contact'
}

/** What the scope of a connector leaves out. Which objects these are was decided in the connector space. */
export const outsideScope: Readonly<Record<ScopePart, Problem>> = {
  container: {
    code: 'outside-scope-container',
    message:
      "The object is in no container that the connector's scope lets in. Move it, or change the scope's containers, to have it synchronised."
  },
  group: {
    code: 'outside-scope-group',
    message:
      "The object is no member of a group of the connector's scope, directly or through another group. Make it one, or change the scope's groups, to have it synchronised."
  },
  condition: {
    code: 'outside-scope-condition',
    message:
      "The object's attributes do not meet the conditions of the connector's scope. Change them, or the conditions, to have it synchronised."
  }
}

/** Why the object is left out; undefined when it is in scope. */
export function exclusionOf(
  objectType: ObjectType,
  values: Readonly<Record<string, DirectoryValues>>
): Problem | undefined {
  return scopingFilters.find(
    ({ objectTypes, excludes }) => objectTypes.includes(objectType) && excludes(values)
  )?.reason
}

function filter<const Name extends string>(declared: Declared<Name>): ScopingFilter {
  return declared
}

function optedOut(prefix: string): Problem {
  return {
    code: 'opted-out',
    attribute: 'adminDescription',
    message: `adminDescription starts with ${prefix}, which keeps the object out of the tenant. Clear it to have the object synchronised.`
  }
}

function startsWith(values: DirectoryValues, prefix: string): boolean {
  return single(values)?.toLowerCase().startsWith(prefix.toLowerCase()) === true
}

function isCasMailbox(values: DirectoryValues): boolean {
  return startsWith(values, 'CAS_') && single(values)?.includes('}') === true
}

function anyBit(values: DirectoryValues, bits: bigint): boolean {
  return ((integer(values) ?? 0n) & bits) !== 0n
}
