import type { ObjectType } from '@opendirsync/contracts'
import type { TargetType } from './target-type.ts'

const text = (maxLength?: number): TargetType => ({
  kind: 'text',
  ...(maxLength !== undefined && { maxLength })
})

const alias: TargetType = {
  kind: 'text',
  maxLength: 64,
  required: true,
  form: {
    pattern: /^[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+$/,
    words: 'an alias: ASCII without spaces and without @ ( ) \\ [ ] " ; : < > ,'
  }
}

/** What an application may write of Graph's user, with the limits of the resource's reference. */
const user: Readonly<Record<string, TargetType>> = {
  accountEnabled: { kind: 'boolean', required: true },
  businessPhones: { kind: 'list', maxItems: 1 },
  city: text(128),
  companyName: text(64),
  country: text(128),
  department: text(64),
  displayName: { ...text(256), required: true },
  employeeId: text(16),
  employeeType: text(),
  faxNumber: text(),
  givenName: text(64),
  jobTitle: text(128),
  mail: {
    kind: 'text',
    required: true,
    form: { pattern: /^[!-?A-~]+@[!-?A-~]+$/, words: 'an address: name@domain without accents and spaces' }
  },
  mailNickname: alias,
  mobilePhone: text(64),
  officeLocation: text(),
  otherMails: { kind: 'list', maxItems: 250, maxLength: 250, emptiedBy: [] },
  postalCode: text(40),
  preferredLanguage: text(),
  state: text(128),
  streetAddress: text(1024),
  surname: text(64),
  usageLocation: {
    kind: 'text',
    required: true,
    form: { pattern: /^[A-Z]{2}$/, words: 'a country code of two capital letters' }
  },
  userPrincipalName: {
    kind: 'text',
    required: true,
    form: {
      pattern: /^[A-Za-z0-9'._!#^~-]{0,63}[A-Za-z0-9'_!#^~-]@[A-Za-z0-9.-]{1,48}$/,
      words:
        "a sign-in name: name@domain of letters without accents, digits and ' . - _ ! # ^ ~, 64 characters before the @ and 48 after it"
    }
  },
  userType: { kind: 'text', required: true, form: { pattern: /^(Member|Guest)$/, words: 'Member or Guest' } }
}

const group: Readonly<Record<string, TargetType>> = {
  description: text(1024),
  displayName: { ...text(256), required: true },
  mailNickname: alias
}

/** What an outbound rule may write, by object type. */
export const tenantProperties: Readonly<
  Record<Exclude<ObjectType, 'contact'>, Readonly<Record<string, TargetType>>>
> = { user, group }

const bySystem = 'It is set when the object is created, and identifies it from then on.'
const readOnly = 'Microsoft Graph does not let an application set it.'
const bySetting = 'The default rules give it when settings.onPremisesAttributes is true.'
const ofPassword = 'Rules do not set passwords.'

/** Properties that somebody may well think of, and why they cannot be written by a rule. */
export const refusedProperties: Readonly<Record<string, string>> = {
  onPremisesImmutableId: bySystem,
  uniqueName: bySystem,
  id: bySystem,
  proxyAddresses: `${readOnly} Setting mail makes it the primary address.`,
  imAddresses: readOnly,
  identities: readOnly,
  onPremisesDistinguishedName: bySetting,
  onPremisesDomainName: bySetting,
  onPremisesSamAccountName: bySetting,
  onPremisesSecurityIdentifier: bySetting,
  onPremisesUserPrincipalName: bySetting,
  onPremisesSyncEnabled: readOnly,
  employeeHireDate: readOnly,
  employeeLeaveDateTime: 'It needs a permission that is not asked for.',
  aboutMe: readOnly,
  birthday: readOnly,
  interests: readOnly,
  mySite: readOnly,
  responsibilities: readOnly,
  schools: readOnly,
  skills: readOnly,
  passwordProfile: ofPassword,
  passwordPolicies: ofPassword,
  securityEnabled: 'It follows from the type of the group.',
  mailEnabled: 'It follows from the addresses of the group.',
  groupTypes: 'Groups are security groups.',
  isAssignableToRole: 'It can be set by hand only, when a group is created.',
  manager: 'References are synchronised by themselves.',
  members: 'References are synchronised by themselves.',
  owners: 'References are synchronised by themselves.',
  onPremisesExtensionAttributes:
    'Its parts go together: write an inbound rule whose target is extensionAttribute1 to 15.',
  employeeOrgData: 'Its parts go together: write an inbound rule whose target is division or costCenter.'
}

/** A property that the tenant's schema was given. */
export const extensionProperty = /^extension_[0-9a-f]{32}_[A-Za-z][A-Za-z0-9_]{0,127}$/

/** Any kind of value: which, is known to the tenant only. */
export const extensionType: TargetType = { kind: 'any', maxLength: 250 }
