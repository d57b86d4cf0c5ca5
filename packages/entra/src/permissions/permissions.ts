/** Something that the exporter does in the tenant. */
export type Feature =
  | 'read-users'
  | 'create-users'
  | 'update-users'
  | 'user-phones'
  | 'enable-and-disable-users'
  | 'delete-and-restore-users'
  | 'managers'
  | 'read-groups'
  | 'groups'
  | 'members'
  | 'organization'
  | 'domains'
  | 'contacts'
  | 'on-premises-attributes'

/** When the exporter cannot do without a feature. */
export type Need =
  /** Also in staging mode. */
  | 'always'
  /** As soon as anything is written. */
  | 'to-write'
  /** Something is left out without it. */
  | 'optional'

/** What one feature takes of an application in Microsoft Graph. */
export interface FeaturePermissions {
  readonly feature: Feature
  /** To end "it is needed to ..." with. */
  readonly purpose: string
  readonly need: Need
  /** Each of them is enough alone. The least of them first. */
  readonly anyOf: readonly [string, ...string[]]
}

const allUsers = 'User.ReadWrite.All'
const allGroups = 'Group.ReadWrite.All'
const directoryRead = 'Directory.Read.All'
const directory = 'Directory.ReadWrite.All'

/**
 * Application permissions by what they are for, after the pages of the single requests in the reference of Microsoft
 * Graph 1.0 (https://learn.microsoft.com/graph/api/overview) and its permissions reference. `Group.Create` is not
 * among them: what an application creates with it, it may not change.
 */
export const featurePermissions: readonly FeaturePermissions[] = [
  {
    feature: 'organization',
    purpose: 'know the tenant',
    need: 'always',
    anyOf: ['Organization.Read.All', 'Organization.ReadWrite.All', directoryRead, directory]
  },
  {
    feature: 'domains',
    purpose: 'know its verified domains',
    need: 'always',
    anyOf: ['Domain.Read.All', 'Domain.ReadWrite.All', directoryRead]
  },
  {
    feature: 'read-users',
    purpose: 'find users by their anchor and their addresses, and see their roles',
    need: 'always',
    anyOf: ['User.Read.All', allUsers, directoryRead, directory]
  },
  {
    feature: 'read-groups',
    purpose: 'see the groups of the tenant',
    need: 'always',
    anyOf: [
      'Group.ReadBasic.All',
      'GroupMember.Read.All',
      'Group.Read.All',
      allGroups,
      directoryRead,
      directory
    ]
  },
  {
    feature: 'create-users',
    purpose: 'create users',
    need: 'to-write',
    anyOf: ['User.Create', allUsers, directory]
  },
  {
    feature: 'update-users',
    purpose: 'change users',
    need: 'to-write',
    anyOf: ['User.ReadUpdate.All', allUsers, directory]
  },
  {
    feature: 'user-phones',
    purpose: 'change the phones of users',
    need: 'to-write',
    anyOf: ['User-Phone.ReadWrite.All', allUsers, directory]
  },
  {
    feature: 'enable-and-disable-users',
    purpose: 'enable and disable users',
    need: 'to-write',
    anyOf: ['User.EnableDisableAccount.All', allUsers, directory]
  },
  {
    feature: 'delete-and-restore-users',
    purpose: 'delete users and restore them',
    need: 'to-write',
    anyOf: ['User.DeleteRestore.All', allUsers]
  },
  { feature: 'managers', purpose: 'set managers', need: 'to-write', anyOf: [allUsers, directory] },
  {
    feature: 'groups',
    purpose: 'create, change, delete and restore groups',
    need: 'to-write',
    anyOf: [allGroups]
  },
  {
    feature: 'members',
    purpose: 'change the members of groups',
    need: 'to-write',
    anyOf: ['GroupMember.ReadWrite.All', allGroups, directory]
  },
  {
    feature: 'contacts',
    purpose: 'know the addresses of contacts, which nobody else can have',
    need: 'optional',
    anyOf: ['OrgContact.Read.All', directoryRead, directory]
  },
  {
    feature: 'on-premises-attributes',
    purpose: 'write the on-premises attributes of users',
    need: 'optional',
    anyOf: [allUsers]
  }
]
