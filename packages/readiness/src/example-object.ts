import type { AttributeValues, ObjectType } from '@opendirsync/contracts'
import type { ReadinessSettings } from './check.ts'
import { checkObject } from './check-object.ts'
import type { Finding } from './finding.ts'

/** For tests: objects without a fault. */
export const faultless: Readonly<Record<ObjectType, AttributeValues>> = {
  user: {
    cn: ['Ann Lee'],
    displayName: ['Ann Lee'],
    givenName: ['Ann'],
    sn: ['Lee'],
    sAMAccountName: ['ann'],
    userPrincipalName: ['ann@contoso.com']
  },
  group: { cn: ['Sales'], displayName: ['Sales'], sAMAccountName: ['sales'] },
  contact: { cn: ['Bo'], displayName: ['Bo'] }
}

export const dn = 'CN=Ann Lee,OU=People,DC=corp,DC=contoso,DC=com'

/** For tests: what is found in an object that has these attributes beside faultless ones. */
export function findingsOf(
  attributes: AttributeValues,
  objectType: ObjectType = 'user',
  settings?: ReadinessSettings
): readonly Finding[] {
  return checkObject({ dn, attributes: { ...faultless[objectType], ...attributes } }, objectType, settings)
}

/** For tests: `error too-long`, in the order in which they are found. */
export function verdicts(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, code }) => `${severity} ${code}`)
}

/** For tests: what the fixes make of the value: one text, or null where a value is removed; undefined without a fix. */
export function proposalOf(findings: readonly Finding[]): string | null | undefined {
  return findings.find(({ fix }) => fix !== undefined)?.fix?.to
}
