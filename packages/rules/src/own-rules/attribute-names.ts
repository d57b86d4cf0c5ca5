import { isLinked } from '@opendirsync/contracts'
import { defaultRulesOf } from '../default-rules/default-rules.ts'
import type { Reader } from './reader.ts'

/** Attributes that people name in rules of their own and that no default rule reads, in the spelling of AD's schema. */
const further =
  'accountExpires adminDescription carLicense comment costCenter departmentNumber destinationIndicator directReports ' +
  'employeeNumber generationQualifier groupType homeDirectory homeDrive houseIdentifier jpegPhoto lastLogon ' +
  'lastLogonTimestamp localeID logonCount managedBy msDS-cloudExtensionAttribute1 msDS-cloudExtensionAttribute2 ' +
  'msDS-cloudExtensionAttribute3 msDS-cloudExtensionAttribute4 msDS-cloudExtensionAttribute5 ' +
  'msDS-cloudExtensionAttribute6 msDS-cloudExtensionAttribute7 msDS-cloudExtensionAttribute8 ' +
  'msDS-cloudExtensionAttribute9 msDS-cloudExtensionAttribute10 msDS-cloudExtensionAttribute11 ' +
  'msDS-cloudExtensionAttribute12 msDS-cloudExtensionAttribute13 msDS-cloudExtensionAttribute14 ' +
  'msDS-cloudExtensionAttribute15 msDS-cloudExtensionAttribute16 msDS-cloudExtensionAttribute17 ' +
  'msDS-cloudExtensionAttribute18 msDS-cloudExtensionAttribute19 msDS-cloudExtensionAttribute20 ' +
  'msExchExtensionCustomAttribute1 msExchExtensionCustomAttribute2 msExchExtensionCustomAttribute3 ' +
  'msExchExtensionCustomAttribute4 msExchExtensionCustomAttribute5 objectCategory organizationName otherMailbox ' +
  'personalTitle primaryGroupID profilePath roomNumber scriptPath secretary servicePrincipalName street ' +
  'telexNumber thumbnailPhoto uid uidNumber gidNumber unixHomeDirectory loginShell userAccountControl userCertificate ' +
  'userParameters userWorkstations whenChanged whenCreated x121Address'

const spellings = new Map<string, string>()
for (const name of further.split(' ')) spellings.set(name.toLowerCase(), name)
for (const { scope, flows, ...rule } of defaultRulesOf({})) {
  const exclusions = rule.direction === 'inbound' ? (rule.exclusions ?? []) : []
  const read = [...(scope?.sources ?? []), ...[...flows, ...exclusions].flatMap(({ sources }) => sources)]
  const written = rule.direction === 'inbound' ? flows.map(({ target }) => target) : []
  for (const name of [...read, ...written]) spellings.set(name.toLowerCase(), name)
}

/** Names count in any case; what is not known keeps the spelling that it has. */
export function spelled(name: string): string {
  return spellings.get(name.toLowerCase()) ?? name
}

const attributeName = /^[A-Za-z][A-Za-z0-9-]{0,255}$/

/** The name of an attribute that a rule may read. */
export function readAttribute(reader: Reader): string | undefined {
  const written = reader.text('the name of an attribute')
  if (written === undefined) return undefined
  if (!attributeName.test(written)) {
    return reader.refuse(`"${written}" is not the name of an attribute: letters, digits and hyphens.`)
  }
  const name = spelled(written)
  if (!isLinked(name)) return name
  return reader.refuse(
    `${name} refers to other objects. References are synchronised by themselves; to choose objects by a group, use the scope of the connector.`
  )
}
