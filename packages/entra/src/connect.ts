import { type PendingExport, type PendingLink, SetupError, type WriteOutcome } from '@opendirsync/contracts'
import { writeLinks } from './links/write-links.ts'
import { listObjects, type TenantObject } from './list-objects.ts'
import { type MatchOptions, matchEverything } from './matching/match-options.ts'
import { writeObjects } from './objects/write-objects.ts'
import { type TenantFacts, tenantFacts } from './tenant-facts.ts'
import { trustAuthorities } from './transport/certificates.ts'
import { graphClient } from './transport/graph-client.ts'
import { type RequestCounters, sender } from './transport/sender.ts'
import { type CredentialOptions, tokenSource } from './transport/token.ts'

export interface EntraOptions extends Omit<CredentialOptions, 'graphUrl'> {
  /** The origin of Graph in the tenant's cloud, https only. Microsoft's global cloud when it is missing. */
  readonly graphUrl?: string
  /** PEM file of authorities to trust beside the usual ones, in the whole process. */
  readonly caFile?: string
  /** `staging`: reads only. Every write is `later`, and nothing that could change the tenant leaves the process. */
  readonly mode: 'export' | 'staging'
  /** Which accounts of the tenant may be taken over; all when it is missing. */
  readonly matching?: MatchOptions
  /** For one HTTP request. */
  readonly timeoutMs?: number
  /** How many batches of 20 may be under way at once. */
  readonly batchesInFlight?: number
}

/** A tenant. Any number of callers may write at once; they share the batches. */
export interface Entra {
  readonly mode: 'export' | 'staging'
  readonly requests: Readonly<RequestCounters>
  /** @throws SetupError `graph-credentials`, `graph-permissions`, `graph-certificate`, `graph-tenant`; UnavailableError */
  check(): Promise<TenantFacts>
  /**
   * One outcome for each entry id. Every write may be repeated after a crash.
   * @throws SetupError when no write can succeed until a person acts
   */
  writeObjects(pending: readonly PendingExport[]): Promise<Map<string, WriteOutcome>>
  /**
   * One outcome for each `linkKey`. No two calls at once may name the same object as the source.
   * @throws SetupError when no write can succeed until a person acts
   */
  writeLinks(links: readonly PendingLink[]): Promise<Map<string, WriteOutcome>>
  /**
   * Pages of all users, mail-enabled groups and contacts, whoever made them. Waits when Graph asks to slow down.
   * Contacts are left out when the application lacks OrgContact.Read.All.
   * @throws SetupError `graph-permissions` and those of `check`; UnavailableError; AbortError when the signal says so
   */
  listObjects(signal?: AbortSignal): AsyncIterable<readonly TenantObject[]>
}

/**
 * Opens nothing: the first request does.
 * @throws SetupError when the addresses, the credentials' form or the CA file are wrong
 */
export function connectEntra(options: EntraOptions): Entra {
  const graphUrl = originOf(options.graphUrl ?? 'https://graph.microsoft.com', 'graph-url')
  if (options.authorityHost !== undefined) originOf(options.authorityHost, 'graph-authority')
  if (options.caFile !== undefined) trustAuthorities(options.caFile)

  const client = graphClient({
    graphUrl,
    tokens: tokenSource({ ...options, graphUrl }),
    staging: options.mode === 'staging',
    timeoutMs: options.timeoutMs ?? 60_000
  })
  const requests: RequestCounters = { requests: 0, batches: 0, writes: 0, reads: 0 }
  const send = sender({ client, batchesInFlight: options.batchesInFlight ?? 4, counters: requests })

  const root = `${graphUrl}/v1.0`
  const matching = options.matching ?? matchEverything
  const takingOver = new Set<string>()

  return {
    mode: options.mode,
    requests,
    check: () => tenantFacts(client),
    writeObjects: pending => writeObjects(pending, { send, root, matching, takingOver }),
    writeLinks: links => writeLinks(links, { send, root }),
    listObjects: signal => listObjects({ client, counters: requests, signal })
  }
}

function originOf(address: string, code: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:') {
    throw new SetupError(
      code,
      `${address} is not an https address. Graph and its token endpoint are spoken to over https only.`
    )
  }
  return url.origin
}
