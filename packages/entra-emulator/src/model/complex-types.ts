import {
  complexes,
  date,
  flag,
  integer,
  type PropertyDefinition,
  text,
  texts
} from './property-definition.ts'

const extensionAttributes = Array.from({ length: 15 }, (_, index) =>
  text(`extensionAttribute${index + 1}`, { maxLength: 1024 })
)

/** The complex types that users, groups, the organization and domains hold. */
export const complexTypes: Readonly<Record<string, readonly PropertyDefinition[]>> = {
  assignedLabel: [text('displayName'), text('labelId')],
  assignedLicense: [],
  assignedPlan: [date('assignedDateTime'), text('capabilityStatus'), text('service')],
  domainState: [date('lastActionDateTime'), text('operation'), text('status')],
  employeeOrgData: [text('costCenter'), text('division')],
  licenseAssignmentState: [text('assignedByGroup'), text('error'), text('state')],
  licenseProcessingState: [text('state')],
  objectIdentity: [text('issuer'), text('issuerAssignedId'), text('signInType')],
  onPremisesExtensionAttributes: extensionAttributes,
  onPremisesProvisioningError: [
    text('category'),
    date('occurredDateTime'),
    text('propertyCausingError'),
    text('value')
  ],
  passwordProfile: [
    flag('forceChangePasswordNextSignIn'),
    flag('forceChangePasswordNextSignInWithMfa'),
    text('password')
  ],
  phone: [text('language'), text('number'), text('region')],
  physicalOfficeAddress: [
    text('city'),
    text('countryOrRegion'),
    text('officeLocation'),
    text('postalCode'),
    text('state'),
    text('street')
  ],
  privacyProfile: [text('contactEmail'), text('statementUrl')],
  provisionedPlan: [text('capabilityStatus'), text('provisioningStatus'), text('service')],
  serviceProvisioningError: [date('createdDateTime'), flag('isResolved'), text('serviceInstance')],
  verifiedDomain: [text('capabilities'), flag('isDefault'), flag('isInitial'), text('name'), text('type')],
  licenseUnitsDetail: [integer('enabled'), integer('suspended'), integer('warning')],
  servicePlanInfo: [text('appliesTo'), text('provisioningStatus'), text('servicePlanName')]
}

/** Properties of the entity types besides user and group. */
export const organizationProperties: readonly PropertyDefinition[] = [
  complexes('assignedPlans', 'assignedPlan'),
  texts('businessPhones'),
  text('city'),
  text('country'),
  text('countryLetterCode'),
  date('createdDateTime'),
  date('deletedDateTime'),
  text('displayName'),
  texts('marketingNotificationEmails'),
  date('onPremisesLastSyncDateTime'),
  flag('onPremisesSyncEnabled'),
  text('postalCode'),
  text('preferredLanguage'),
  complexes('provisionedPlans', 'provisionedPlan'),
  texts('securityComplianceNotificationMails'),
  texts('securityComplianceNotificationPhones'),
  text('state'),
  text('street'),
  texts('technicalNotificationMails'),
  text('tenantType'),
  complexes('verifiedDomains', 'verifiedDomain')
]

export const domainProperties: readonly PropertyDefinition[] = [
  text('authenticationType'),
  text('availabilityStatus'),
  flag('isAdminManaged'),
  flag('isDefault'),
  flag('isInitial'),
  flag('isRoot'),
  flag('isVerified'),
  text('manufacturer'),
  text('model'),
  integer('passwordNotificationWindowInDays'),
  integer('passwordValidityPeriodInDays'),
  texts('supportedServices')
]
