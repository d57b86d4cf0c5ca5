/**
 * One way to be allowed something: a permission, or several that are needed together.
 * Lists of them stand in the order of privilege, the least first.
 */
export type PermissionChoice = string | readonly string[]

const directoryRead = ['Directory.Read.All', 'Directory.ReadWrite.All']
const directoryWrite = ['Directory.ReadWrite.All']

/**
 * What an application needs for what: the least privileged permission and those above it, by the pages of the methods
 * (https://learn.microsoft.com/graph/api/overview) and, where a page is older, the permissions file of
 * https://github.com/microsoftgraph/microsoft-graph-devx-content. Permissions that reading implies (`ReadUpdate`,
 * `ReadWrite`) stand among those for reading.
 */
export const needs = {
  readUsers: ['User.Read.All', 'User.ReadUpdate.All', 'User.ReadWrite.All', ...directoryRead],
  createUsers: ['User.Create', 'User.ReadWrite.All', ...directoryWrite],
  deleteUsers: ['User.DeleteRestore.All', 'User.ReadWrite.All', ...directoryWrite],
  writeManager: ['User.ReadWrite.All', ...directoryWrite],
  readMemberships: [
    'GroupMember.ReadBasic.All',
    'Group.ReadBasic.All',
    'GroupMember.Read.All',
    'Group.Read.All',
    'User.Read.All',
    'GroupMember.ReadWrite.All',
    'User.ReadWrite.All',
    'Group.ReadWrite.All',
    ...directoryRead
  ],
  readGroups: [
    'Group.ReadBasic.All',
    'GroupMember.Read.All',
    'Group.Read.All',
    'GroupMember.ReadWrite.All',
    'Group.ReadWrite.All',
    ...directoryRead
  ],
  /** Group.Create alone makes groups without owners that nobody may change afterwards. */
  createGroups: ['Group.Create', 'Group.ReadWrite.All', ...directoryWrite],
  writeGroups: ['Group.ReadWrite.All', ...directoryWrite],
  readMembers: [
    'GroupMember.ReadBasic.All',
    'Group.ReadBasic.All',
    'GroupMember.Read.All',
    'Group.Read.All',
    'GroupMember.ReadWrite.All',
    'Group.ReadWrite.All',
    ...directoryRead
  ],
  readOwners: [
    'GroupMember.Read.All',
    'Group.Read.All',
    'GroupMember.ReadWrite.All',
    'Group.ReadWrite.All',
    ...directoryRead
  ],
  writeMembers: ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', ...directoryWrite],
  /** Beside the permission for members: https://learn.microsoft.com/graph/api/group-post-members */
  writeRoleAssignableGroups: ['RoleManagement.ReadWrite.Directory'],
  readContacts: ['OrgContact.Read.All', ...directoryRead],
  readContactMemberships: ['OrgContact.Read.All', 'Group.Read.All', ...directoryRead],
  readDomains: ['Domain.Read.All', 'Domain.ReadWrite.All', ...directoryRead],
  readOrganization: [
    'Organization.Read.All',
    'User.Read.All',
    'Organization.ReadWrite.All',
    ...directoryRead
  ],
  readSkus: [
    'LicenseAssignment.Read.All',
    'Organization.Read.All',
    'Organization.ReadWrite.All',
    ...directoryRead
  ],
  readDirectory: directoryRead,
  switchUserAuthority: ['User-OnPremisesSyncBehavior.ReadWrite.All'],
  switchGroupAuthority: ['Group-OnPremisesSyncBehavior.ReadWrite.All'],
  switchContactAuthority: ['Contacts-OnPremisesSyncBehavior.ReadWrite.All'],
  writeOnPremisesAttributes: ['User.ReadWrite.All']
} as const satisfies Readonly<Record<string, readonly PermissionChoice[]>>

const updateUsers: readonly PermissionChoice[] = [
  'User.ReadUpdate.All',
  'User.ReadWrite.All',
  'Directory.ReadWrite.All'
]

/**
 * Properties that have permissions of their own (https://learn.microsoft.com/graph/api/user-update, table of
 * permissions for specific scenarios). `User.ReadUpdate.All` covers none of them.
 */
const userPropertyNeeds: Readonly<Record<string, readonly PermissionChoice[]>> = {
  accountEnabled: [
    ['User.EnableDisableAccount.All', 'User.Read.All'],
    ['User.EnableDisableAccount.All', 'User.ReadUpdate.All'],
    'User.ReadWrite.All',
    'Directory.ReadWrite.All'
  ],
  otherMails: ['User-Mail.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  businessPhones: ['User-Phone.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  mobilePhone: ['User-Phone.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  passwordProfile: ['User-PasswordProfile.ReadWrite.All', 'User.ReadWrite.All', 'Directory.ReadWrite.All'],
  employeeLeaveDateTime: [
    ['User-LifeCycleInfo.ReadWrite.All', 'User.Read.All'],
    ['User-LifeCycleInfo.ReadWrite.All', 'User.ReadUpdate.All'],
    ['User-LifeCycleInfo.ReadWrite.All', 'User.ReadWrite.All']
  ]
}

/** What setting this property of a user needs. */
export function needsOfUserProperty(name: string): readonly PermissionChoice[] {
  return userPropertyNeeds[name] ?? updateUsers
}

/** What an installer grants who wants no table: enough for users, groups, members and what is read at the start. */
export const installerPermissions: readonly string[] = [
  'User.ReadWrite.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'OrgContact.Read.All',
  'Organization.Read.All',
  'Domain.Read.All'
]

/** The application permission of the synchronization service. */
export const syncServiceRole = 'ADSynchronization.ReadWrite.All'

/** Every permission of Graph that means something here. */
export const knownPermissions: readonly string[] = [
  ...new Set([...Object.values(needs), ...Object.values(userPropertyNeeds), updateUsers].flat(2))
].sort()
