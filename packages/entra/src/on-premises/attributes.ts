import type { AttributeRecord, PendingExport } from '@opendirsync/contracts'

/**
 * What a user is called in the directory on-premises. Graph 1.0 only reads them; the beta version lets an application
 * write them on users who are not under the control of Microsoft's own tools
 * (https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-clear-on-premises-attributes).
 */
export const onPremisesAttributes: readonly string[] = [
  'onPremisesDistinguishedName',
  'onPremisesDomainName',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesUserPrincipalName'
]

export function onPremisesOf(desired: AttributeRecord): AttributeRecord {
  return Object.fromEntries(Object.entries(desired).filter(([name]) => onPremisesAttributes.includes(name)))
}

/** The same object as Graph 1.0 can write it. */
export function withoutOnPremises(pending: PendingExport): PendingExport {
  const rest = Object.entries(pending.desired).filter(([name]) => !onPremisesAttributes.includes(name))
  return { ...pending, desired: Object.fromEntries(rest) }
}
