import type { AttributeRecord } from '@opendirsync/contracts'

/**
 * What an application without a high role may not change of a user who holds a role, or who is a member or an owner of
 * a group that roles can be given to. Everything else of such a user it may
 * (https://learn.microsoft.com/graph/api/resources/users#who-can-perform-sensitive-actions).
 */
const sensitive: ReadonlySet<string> = new Set([
  'accountEnabled',
  'businessPhones',
  'mobilePhone',
  'onPremisesImmutableId',
  'otherMails',
  'passwordProfile',
  'userPrincipalName'
])

export function isSensitive(attribute: string): boolean {
  return sensitive.has(attribute)
}

export function withoutSensitive(attributes: AttributeRecord): AttributeRecord {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !isSensitive(name)))
}
