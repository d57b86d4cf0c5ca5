import type { Inspector } from '@opendirsync/contracts'
import { readinessChecksVersion } from '@opendirsync/readiness'
import type { RulesOfRevision } from '@opendirsync/rules'
import type { Store } from '@opendirsync/store'
import { inspectorFor } from './readiness-checks.ts'

/** Domains are verified now and then, not every second. */
const factsAgeMs = 15_000

export interface ReadinessChecks {
  inspector(): Promise<Inspector>
  /** The same, and what its findings depend on, as text to compare. Read anew each time. */
  newest(): Promise<{ readonly inspector: Inspector; readonly facts: string }>
}

/** The checks with what the tenant has told and with the rules in force. */
export function currentChecks(
  store: Pick<Store, 'tenant'>,
  rules: () => Promise<RulesOfRevision>
): ReadinessChecks {
  let known: { readonly at: number; readonly inspector: Inspector } | undefined

  async function newest() {
    const tenant = await store.tenant.facts()
    const { settings } = (await rules()).rules
    const signInAttribute = settings.alternateLoginId ?? 'userPrincipalName'
    const domains = tenant?.verifiedDomains.map(domain => domain.toLowerCase()).sort()
    const verifiedDomains = domains && new Set(domains)
    const inspector = inspectorFor({ verifiedDomains, signInAttribute })
    known = { at: performance.now(), inspector }
    const snapshot = tenant?.snapshotAt?.toISOString()
    return {
      inspector,
      facts: JSON.stringify({ checks: readinessChecksVersion, domains, signInAttribute, snapshot })
    }
  }

  return {
    newest,
    async inspector() {
      if (known !== undefined && performance.now() - known.at < factsAgeMs) return known.inspector
      return (await newest()).inspector
    }
  }
}
