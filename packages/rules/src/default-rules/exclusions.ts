import type { Problem } from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'
import { isConflictName } from '../distinguished-name.ts'
import type { Exclusion } from '../rule.ts'
import { beginsWith, flags, isTrue, single } from '../values.ts'
import { exclusion } from './declared-flow.ts'
import { isOfType, roleGroupType, systemRecipientTypes } from './recipient-type.ts'

/** GROUP_TYPE_SECURITY_ENABLED (MS-ADTS 2.2.12). groupType is signed, so the bit is its sign. */
export const securityEnabledBit = 0x80000000

const replicationConflict = exclusion({
  sources: ['dn'],
  text: 'its name holds `CNF:`: it lost a replication conflict',
  reason: {
    code: 'replication-conflict',
    message:
      'The object lost a replication conflict (its name holds CNF:). Merge or delete it in the directory.'
  },
  fits: ({ dn }) => isConflictName(single(dn) ?? '')
})

const criticalSystemObject = exclusion({
  sources: ['isCriticalSystemObject'],
  text: 'it is TRUE: Administrator, krbtgt, Domain Users, …',
  connect: 'leaves out any value, FALSE too, which AD does not write',
  reason: {
    code: 'critical-system-object',
    attribute: 'isCriticalSystemObject',
    message: 'The directory itself depends on this object; it is never synchronised.'
  },
  fits: ({ isCriticalSystemObject }) => isTrue(isCriticalSystemObject)
})

/** What Entra Connect's default rules leave out, by their scope or as `cloudFiltered`. The first that fits counts. */
export const userExclusions: readonly Exclusion[] = [
  replicationConflict,
  criticalSystemObject,
  optedOut('User_', 'asks users only, not inetOrgPerson'),
  exclusion({
    sources: ['sAMAccountName'],
    text: 'there is none, or it cannot be read',
    reason: {
      code: 'account-name-missing',
      attribute: 'sAMAccountName',
      message: 'The user has no sAMAccountName that the service account can read.'
    },
    fits: ({ sAMAccountName }) => single(sAMAccountName) === undefined
  }),
  serviceAccount('it is `SUPPORT_388945a0`', ['sAMAccountName'], isSupportAccount),
  serviceAccount('it begins with `AAD_`', ['sAMAccountName'], name => beginsWith(name, 'aad_')),
  serviceAccount('it begins with `MSOL_`', ['sAMAccountName'], name => beginsWith(name, 'msol_')),
  serviceAccount('it begins with `SystemMailbox{`', ['mailNickname'], name =>
    beginsWith(name, 'systemmailbox{')
  ),
  serviceAccount(
    'one of them begins with `CAS_` and holds `}`',
    ['sAMAccountName', 'mailNickname'],
    isCasMailbox
  ),
  exclusion({
    sources: ['msExchRecipientTypeDetails'],
    text: 'it has a bit of 0x21C07000: mail public folder, system attendant, system mailbox, universal security or distribution group, mailbox plan, discovery mailbox',
    reason: {
      code: 'system-mailbox',
      attribute: 'msExchRecipientTypeDetails',
      message: 'The recipient is one of the system mailboxes of Exchange; they are not synchronised.'
    },
    fits: ({ msExchRecipientTypeDetails }) => isOfType(msExchRecipientTypeDetails, systemRecipientTypes)
  })
]

export const groupExclusions: readonly Exclusion[] = [
  replicationConflict,
  criticalSystemObject,
  optedOut('Group_'),
  exclusion({
    sources: ['sAMAccountName'],
    text: 'it is `MSOL_AD_Sync_RichCoexistence`',
    reason: serviceGroup('sAMAccountName'),
    fits: ({ sAMAccountName }) => single(sAMAccountName)?.toLowerCase() === 'msol_ad_sync_richcoexistence'
  }),
  exclusion({
    sources: ['msExchRecipientTypeDetails'],
    text: 'it has bit 0x40000000: a role group of Exchange',
    reason: serviceGroup('msExchRecipientTypeDetails'),
    fits: ({ msExchRecipientTypeDetails }) => isOfType(msExchRecipientTypeDetails, roleGroupType)
  }),
  exclusion({
    sources: ['groupType'],
    text: 'it has not bit 0x80000000: it is no security group, and Graph cannot create distribution groups',
    connect: 'synchronises it when it has an address',
    reason: {
      code: 'distribution-group',
      attribute: 'groupType',
      message:
        'The group is a distribution group, which Microsoft Graph cannot create. Make it a security group to have it exported.'
    },
    fits({ groupType }) {
      const bits = flags(groupType)
      return bits !== undefined && (bits & securityEnabledBit) === 0
    }
  })
]

export const contactExclusions: readonly Exclusion[] = [
  replicationConflict,
  criticalSystemObject,
  exclusion({
    sources: ['displayName', 'msExchHideFromAddressLists'],
    text: 'displayName holds `(MSOL)` and the contact is hidden from address lists',
    reason: {
      code: 'service-object',
      attribute: 'displayName',
      message: 'The contact belongs to a synchronisation tool; such contacts are not synchronised.'
    },
    fits: ({ displayName, msExchHideFromAddressLists }) =>
      isTrue(msExchHideFromAddressLists) && single(displayName)?.toUpperCase().includes('(MSOL)') === true
  }),
  exclusion({
    sources: ['mailNickname'],
    text: 'it begins with `CAS_` and holds `}`',
    reason: {
      code: 'service-object',
      attribute: 'mailNickname',
      message: 'The contact belongs to Exchange itself; such contacts are not synchronised.'
    },
    fits: ({ mailNickname }) => isCasMailbox(mailNickname)
  })
]

function optedOut(prefix: string, connect?: string): Exclusion {
  const lower = prefix.toLowerCase()
  return exclusion({
    sources: ['adminDescription'],
    text: `it begins with \`${prefix}\``,
    ...(connect !== undefined && { connect }),
    reason: {
      code: 'opted-out',
      attribute: 'adminDescription',
      message: `adminDescription starts with ${prefix}, which keeps the object out of the tenant. Clear it to have the object synchronised.`
    },
    fits: ({ adminDescription }) => beginsWith(adminDescription, lower)
  })
}

function serviceAccount<Name extends 'sAMAccountName' | 'mailNickname'>(
  text: string,
  sources: readonly [Name, ...Name[]],
  isOne: (value: DirectoryValues) => boolean
): Exclusion {
  return exclusion({
    sources,
    text,
    reason: {
      code: 'service-object',
      attribute: sources[0],
      message:
        'The account belongs to Windows, Exchange or a synchronisation tool; such accounts are not synchronised.'
    },
    fits: values => sources.some(name => isOne(values[name]))
  })
}

function serviceGroup(attribute: string): Problem {
  return {
    code: 'service-object',
    attribute,
    message:
      'The group is a role group of Exchange or belongs to a synchronisation tool; such groups are not synchronised.'
  }
}

function isSupportAccount(name: DirectoryValues): boolean {
  return single(name)?.toLowerCase() === 'support_388945a0'
}

function isCasMailbox(name: DirectoryValues): boolean {
  return beginsWith(name, 'cas_') && name?.[0]?.includes('}') === true
}
