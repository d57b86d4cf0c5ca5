const chance = 'Rules give the same result each time: there is no chance in them.'
const tenant = 'Rules see one person of the directory, not what else the tenant has.'
const certificates = 'Rules do not read certificates.'
const eachValue =
  'Functions that work on one value do so for each value of a list: Replace([otherTelephone], "-", "").'

/** Functions of Microsoft's that there cannot be here, with the reason and, where there is one, another way. */
export const refusedFunctions: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: 'Now',
    reason: 'Rules know no clock: an object is looked at when it changes, and not when time goes by.'
  },
  { name: 'Guid', reason: chance },
  { name: 'RandomNum', reason: chance },
  { name: 'RandomString', reason: chance },
  { name: 'SelectUniqueValue', reason: tenant },
  { name: 'SingleAppRoleAssignment', reason: tenant },
  { name: 'AppRoleAssignmentsComplex', reason: tenant },
  { name: 'Redact', reason: 'Leave it out: values are not written to the log.' },
  { name: 'Select', reason: eachValue },
  { name: 'Where', reason: `${eachValue} IIF with a condition on a list keeps the values that it gives.` },
  { name: 'With', reason: 'There are no variables: write the part where it is needed, or make two flows.' },
  ...(
    'CertExtensionOids CertFormat CertFriendlyName CertHashString CertIssuer CertIssuerDN CertIssuerOid ' +
    'CertKeyAlgorithm CertKeyAlgorithmParams CertNameInfo CertNotAfter CertNotBefore CertPublicKeyOid ' +
    'CertPublicKeyParametersOid CertSerialNumber CertSignatureAlgorithmOid CertSubject CertSubjectNameDN ' +
    'CertSubjectNameOid CertThumbprint CertVersion IsCert Thumbprint CBin'
  )
    .split(' ')
    .map(name => ({ name, reason: certificates }))
]
