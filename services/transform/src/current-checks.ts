import type { Inspector } from '@opendirsync/contracts'
import { readinessChecksVersion } from '@opendirsync/readiness'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { Store } from '@opendirsync/store'
import { inspectorFor } from './readiness-checks.ts'

export interface ReadinessChecks {
  /** With what its findings depend on, as text to compare. */
  newest(): Promise<{ readonly inspector: Inspector; readonly facts: string }>
}

/**
 * The checks with what the tenant has told and with the rules in force. Read anew each time: a message that is checked
 * with older facts, after all objects were looked at with the new ones, would leave findings that nobody corrects.
 */
export function currentChecks(
  store: Pick<Store, 'tenant'>,
  rules: () => Promise<RulesOfRevision>
): ReadinessChecks {
  return { newest }

  async function newest() {
    const tenant = await store.tenant.facts()
    const { settings } = (await rules()).rules
    const signInAttribute = settings.alternateLoginId ?? 'userPrincipalName'
    const domains = tenant?.verifiedDomains.map(domain => domain.toLowerCase()).sort()
    const verifiedDomains = domains && new Set(domains)
    const inspector = inspectorFor({ verifiedDomains, signInAttribute })
    const snapshot = tenant?.snapshotAt?.toISOString()
    return {
      inspector,
      facts: JSON.stringify({ checks: readinessChecksVersion, domains, signInAttribute, snapshot })
    }
  }
}
