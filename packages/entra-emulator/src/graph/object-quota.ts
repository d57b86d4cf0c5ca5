import { GraphError } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'

/**
 * How many objects a tenant may hold; those in the bin count
 * (https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions). The words are those of the
 * error page of Azure AD Graph, the older interface to the same directory.
 */
export function requireObjectQuota({ tenant: { tenant, directory } }: GraphRequest): void {
  const { user, group, contact } = directory.live
  const count = user.size + group.size + contact.size + directory.bin.size
  if (count < tenant.objectQuota) return
  throw new GraphError(
    403,
    'Directory_QuotaExceeded',
    'The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to increase ' +
      'the quota limit or delete objects to reduce the used quota.'
  )
}
