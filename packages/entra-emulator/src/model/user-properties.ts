import {
  complex,
  complexes,
  date,
  flag,
  integer,
  matched,
  type PropertyDefinition,
  readOnly,
  shown,
  text,
  texts
} from './property-definition.ts'

/**
 * Microsoft's own synchronisation writes these; since late 2024 `PATCH /beta/users/{id}` does, too
 * (https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-clear-on-premises-attributes).
 */
const onlyInBeta = { ...readOnly, writableInBeta: true }

/**
 * The user of Graph v1.0: names and types of the published metadata, lengths and rules of the user page.
 * What Microsoft's own synchronisation writes, and nobody else may, is read-only.
 */
export const userProperties: readonly PropertyDefinition[] = [
  text('aboutMe', readOnly),
  flag('accountEnabled', { required: true, filter: ['eq', 'in'] }),
  text('ageGroup', { values: ['Minor', 'NotAdult', 'Adult'] }),
  complexes('assignedLicenses', 'assignedLicense', readOnly),
  complexes('assignedPlans', 'assignedPlan', readOnly),
  texts('businessPhones', { ...shown, maxItems: 1 }),
  text('city', { ...matched, maxLength: 128 }),
  text('companyName', { maxLength: 64 }),
  text('consentProvidedForMinor', { values: ['Granted', 'Denied', 'NotRequired'] }),
  text('country', { ...matched, maxLength: 128 }),
  date('createdDateTime', { ...readOnly, filter: ['eq', 'in', 'ge', 'le'] }),
  text('creationType', readOnly),
  date('deletedDateTime', readOnly),
  text('department', { ...matched, maxLength: 64 }),
  text('displayName', { ...shown, ...matched, required: true, notNull: true, maxLength: 256 }),
  date('employeeHireDate', { writable: 'create' }),
  text('employeeId', { ...matched, maxLength: 16 }),
  date('employeeLeaveDateTime'),
  complex('employeeOrgData', 'employeeOrgData'),
  text('employeeType', matched),
  text('externalUserState', readOnly),
  date('externalUserStateChangeDateTime', readOnly),
  text('faxNumber', matched),
  text('givenName', { ...shown, ...matched, maxLength: 64 }),
  complexes('identities', 'objectIdentity'),
  texts('imAddresses', readOnly),
  flag('isManagementRestricted', readOnly),
  flag('isResourceAccount', readOnly),
  text('jobTitle', { ...shown, ...matched, maxLength: 128 }),
  date('lastPasswordChangeDateTime', readOnly),
  text('legalAgeGroupClassification', readOnly),
  complexes('licenseAssignmentStates', 'licenseAssignmentState', readOnly),
  text('mail', { ...shown, ...matched, notNull: true, pattern: /^[^\s@\u0080-\uffff]+@[A-Za-z0-9.-]+$/ }),
  text('mailNickname', {
    ...matched,
    required: true,
    notNull: true,
    maxLength: 64,
    pattern: /^[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+$/
  }),
  text('mobilePhone', { ...shown, maxLength: 64 }),
  text('officeLocation', { ...shown, maxLength: 128 }),
  text('onPremisesDistinguishedName', onlyInBeta),
  text('onPremisesDomainName', onlyInBeta),
  complex('onPremisesExtensionAttributes', 'onPremisesExtensionAttributes'),
  text('onPremisesImmutableId', { pattern: /^[^$_]*$/, filter: ['eq', 'in'] }),
  date('onPremisesLastSyncDateTime', { ...readOnly, filter: ['eq', 'in', 'ge', 'le'] }),
  complexes('onPremisesProvisioningErrors', 'onPremisesProvisioningError', readOnly),
  text('onPremisesSamAccountName', onlyInBeta),
  text('onPremisesSecurityIdentifier', {
    ...onlyInBeta,
    pattern: /^S-1-[0-9]+(-[0-9]+)+$/,
    filter: ['eq', 'in']
  }),
  flag('onPremisesSyncEnabled', { ...readOnly, filter: ['eq', 'in'] }),
  text('onPremisesUserPrincipalName', onlyInBeta),
  texts('otherMails', { maxItems: 250, maxLength: 250, filter: ['any'] }),
  text('passwordPolicies', {
    pattern:
      /^(None|(DisablePasswordExpiration|DisableStrongPassword)(, ?(DisablePasswordExpiration|DisableStrongPassword))?)$/
  }),
  complex('passwordProfile', 'passwordProfile', { required: true, notNull: true }),
  text('postalCode', { maxLength: 40 }),
  text('preferredDataLocation'),
  text('preferredLanguage', shown),
  complexes('provisionedPlans', 'provisionedPlan', readOnly),
  texts('proxyAddresses', { ...readOnly, filter: ['any'] }),
  text('securityIdentifier', readOnly),
  complexes('serviceProvisioningErrors', 'serviceProvisioningError', readOnly),
  flag('showInAddressList'),
  date('signInSessionsValidFromDateTime', readOnly),
  text('state', { ...matched, maxLength: 128 }),
  text('streetAddress', { maxLength: 1024 }),
  text('surname', { ...shown, ...matched, maxLength: 64 }),
  text('usageLocation', { ...matched, notNull: true, pattern: /^[A-Z]{2}$/ }),
  text('userPrincipalName', { ...shown, ...matched, required: true, notNull: true, maxLength: 113 }),
  text('userType', { values: ['Member', 'Guest'], filter: ['eq', 'in'] }),
  integer('deviceEnrollmentLimit', readOnly)
]
