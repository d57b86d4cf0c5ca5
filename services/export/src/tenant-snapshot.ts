import type { Entra, TenantObject } from '@opendirsync/entra'
import { addressKeys } from '@opendirsync/readiness'
import type { Logger } from '@opendirsync/runtime'
import type { Store, TenantObjectRecord } from '@opendirsync/store'
import { reportCertificateExpiry } from './report-tenant.ts'

interface Deps {
  readonly store: Pick<Store, 'tenant'>
  readonly entra: Pick<Entra, 'check' | 'listObjects'>
  readonly log: Logger
  readonly everyHours: number
}

const hourMs = 3_600_000

/**
 * Writes down what the tenant has, whoever made it, when the last time was long ago: so that a value which it has
 * already is told before it is refused. What was begun and not ended counts for nothing.
 */
export async function keepTenantSnapshot(
  { store, entra, log, everyHours }: Deps,
  signal: AbortSignal
): Promise<void> {
  const before = (await store.tenant.facts())?.snapshotAt ?? undefined
  if (before !== undefined && Date.now() - before.getTime() < everyHours * hourMs) return
  const facts = await entra.check()
  reportCertificateExpiry(facts, log)
  await store.tenant.remember(facts)
  const snapshot = await store.tenant.beginSnapshot()
  let objects = 0
  for await (const page of entra.listObjects(signal)) {
    await store.tenant.addToSnapshot(snapshot, page.map(recordOf))
    objects += page.length
  }
  signal.throwIfAborted()
  await store.tenant.endSnapshot(snapshot)
  log.info({ objects }, `the tenant has ${objects} users, groups and contacts`)
}

function recordOf(object: TenantObject): TenantObjectRecord {
  const { entraId, objectType, displayName, userPrincipalName, immutableId, mail, proxyAddresses } = object
  const attributes = {
    ...(userPrincipalName !== null && { userPrincipalName: [userPrincipalName] }),
    ...(mail !== null && { mail: [mail] }),
    proxyAddresses
  }
  const keys = addressKeys({ attributes, connector: '' }, objectType)
  return { entraId, objectType, displayName, userPrincipalName, immutableId, keys }
}
