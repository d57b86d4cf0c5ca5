/**
 * Attributes whose values are bytes, in lower case. Bytes may happen to be valid UTF-8, so only the name tells.
 * From the schema (MS-ADA1 to MS-ADA3): syntaxes String(Octet), String(Sid), String(NT-Sec-Desc), Object(Replica-Link).
 */
const binaryAttributes = new Set([
  'auditingpolicy',
  'cacertificate',
  'usercertificate',
  'usersmimecertificate',
  'userpkcs12',
  'jpegphoto',
  'thumbnailphoto',
  'thumbnaillogo',
  'photo',
  'logonhours',
  'objectguid',
  'objectsid',
  'parentguid',
  'invocationid',
  'sidhistory',
  'securityidentifier',
  'tokengroups',
  'tokengroupsglobalanduniversal',
  'ntsecuritydescriptor',
  'msds-allowedtoactonbehalfofotheridentity',
  'ms-ds-consistencyguid',
  'ms-ds-creatorsid',
  'msds-generationid',
  'msds-managedpasswordid',
  'msexchmailboxguid',
  'msexcharchiveguid',
  'msexchdisabledarchiveguid',
  'msexchmailboxsecuritydescriptor',
  'msexchmasteraccountsid',
  'msexchsafesendershash',
  'msexchsaferecipientshash',
  'msexchblockedsendershash',
  'msrtcsip-userroutinggroupid',
  'replpropertymetadata',
  'repluptodatevector',
  'schemaidguid',
  'attributesecurityguid',
  'unicodepwd',
  'dbcspwd',
  'ntpwdhistory',
  'lmpwdhistory',
  'supplementalcredentials',
  'x500uniqueidentifier'
])

/** @param name in lower case, without options */
export function isBinaryAttribute(name: string): boolean {
  return binaryAttributes.has(name)
}
