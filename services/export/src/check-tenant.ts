import { SetupError } from '@opendirsync/contracts'
import type { Entra, TenantFacts } from '@opendirsync/entra'
import type { Store } from '@opendirsync/store'

/**
 * Reaches the tenant, and remembers it. What the database says of exported objects is true of one tenant only: in
 * another they would all be missing, and be made anew.
 * @throws SetupError `graph-tenant-changed` and those of `Entra.check`; UnavailableError
 */
export async function checkTenant(
  entra: Pick<Entra, 'check'>,
  store: Pick<Store, 'tenant'>
): Promise<TenantFacts> {
  const facts = await entra.check()
  const known = await store.tenant.facts()
  if (known !== undefined && known.tenantId !== facts.tenantId) {
    throw new SetupError(
      'graph-tenant-changed',
      `This database belongs to the tenant ${known.displayName} (${known.tenantId}), and Graph answers for ` +
        `${facts.displayName} (${facts.tenantId}). Correct GRAPH_TENANT_ID, or give the other tenant a database of its own.`
    )
  }
  await store.tenant.remember(facts)
  return facts
}
