import { needs } from '../model/application-permissions.ts'
import type { DirectoryEntry } from '../state/directory-entry.ts'
import { insufficientPrivileges } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'
import { requirePermission } from './permission-gate.ts'
import { masteredOnPremises } from './source-of-authority.ts'

const attributes = new Set([
  'onPremisesDistinguishedName',
  'onPremisesDomainName',
  'onPremisesSamAccountName',
  'onPremisesSecurityIdentifier',
  'onPremisesUserPrincipalName'
])

/** Directory roles, one of which the application needs beside its permission; the higher ones count, too. */
const roles = ['User Administrator', 'Hybrid Identity Administrator', 'Global Administrator']

/**
 * What `PATCH /beta/users/{id}` needs to set attributes from on-premises: User.ReadWrite.All, a role, and a user whose
 * `onPremisesSyncEnabled` is null
 * (https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-clear-on-premises-attributes).
 */
export function requireOnPremisesWriter(
  request: GraphRequest,
  user: DirectoryEntry,
  names: readonly string[]
): void {
  if (!names.some(name => attributes.has(name))) return
  requirePermission(request, needs.writeOnPremisesAttributes)
  if (!request.tenant.application.holdsRole(roles)) throw insufficientPrivileges()
  if ((user.properties.onPremisesSyncEnabled ?? null) !== null) throw masteredOnPremises()
}
