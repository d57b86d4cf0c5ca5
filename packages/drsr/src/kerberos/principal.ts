import { type DerValue, fields, integer, sequence, text } from './der.ts'

/** Name types (RFC 4120 section 6.2, RFC 6806 section 5). */
const nameType = { principal: 1, service: 2, enterprise: 10 } as const

/** PrincipalName, encoded. */
function principalName(type: number, ...parts: readonly string[]): Buffer {
  return fields([0, integer(type)], [1, sequence(...parts.map(text))])
}

/** An account: its logon name, or a user principal name, which the domain controller looks up. */
export function accountPrincipal(user: string): Buffer {
  return principalName(user.includes('@') ? nameType.enterprise : nameType.principal, user)
}

/** A service: `ldap/dc1.corp.example.test`. */
export function servicePrincipal(name: string): Buffer {
  return principalName(nameType.service, ...name.split('/'))
}

/** The service that gives tickets for other services (RFC 4120 section 7.3). */
export function ticketGrantingPrincipal(realm: string): Buffer {
  return principalName(nameType.service, 'krbtgt', realm)
}

/** The parts of a PrincipalName, with slashes between them. @throws RangeError */
export function readPrincipal(value: DerValue): string {
  const parts = value.fields().get(1).elements()
  return parts.map(part => part.text()).join('/')
}
