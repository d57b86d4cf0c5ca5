/** The upper limits, in characters, of attributes that have one value (rangeUpper in MS-ADA1 to MS-ADA3). */
const singleValued: Readonly<Record<string, number>> = {
  adminDescription: 256,
  cn: 64,
  co: 128,
  company: 64,
  department: 64,
  displayName: 256,
  division: 256,
  employeeID: 16,
  employeeNumber: 512,
  employeeType: 256,
  facsimileTelephoneNumber: 64,
  givenName: 64,
  groupType: 11,
  initials: 6,
  isCriticalSystemObject: 5,
  l: 128,
  mail: 256,
  mailNickname: 64,
  manager: 256,
  mobile: 64,
  msExchRecipientTypeDetails: 20,
  msExchUsageLocation: 64,
  name: 255,
  physicalDeliveryOfficeName: 128,
  postalCode: 40,
  preferredLanguage: 64,
  sAMAccountName: 256,
  sn: 64,
  st: 128,
  streetAddress: 1_024,
  telephoneNumber: 64,
  title: 128,
  userPrincipalName: 1_024
}

const otherwise = 1_123

/** AD's own tools let people type line breaks into these. */
const multiLine = new Set([
  'streetAddress',
  'postalAddress',
  'homePostalAddress',
  'info',
  'comment',
  'description'
])

interface AttributeSyntax {
  readonly maxLength: number
  readonly isSingle: boolean
  readonly allowsLines: boolean
}

/** What one value of the attribute may be. Those that are not known here may have several, of proxyAddresses' length. */
export function syntaxOf(attribute: string): AttributeSyntax {
  const limit = Object.hasOwn(singleValued, attribute) ? singleValued[attribute] : undefined
  return {
    maxLength: limit ?? otherwise,
    isSingle: limit !== undefined,
    allowsLines: multiLine.has(attribute)
  }
}
