import type {
  ExportMode,
  Lane,
  ObjectRead,
  ObjectToRead,
  PendingExport,
  PendingLink,
  WriteBudget,
  WriteOutcome
} from '@opendirsync/contracts'
import { type ChangesPage, type ChangesRequest, changes } from './changes/changes.ts'
import { readObjects } from './changes/read-objects.ts'
import { type Cloud, endpointsOf } from './clouds.ts'
import { writeLinks } from './links/write-links.ts'
import { listObjects, type TenantObject } from './list-objects.ts'
import { type MatchOptions, matchEverything } from './matching/match-options.ts'
import { writeObjects } from './objects/write-objects.ts'
import type { PermissionsNeeded } from './permissions/missing-permissions.ts'
import { type TenantFacts, tenantFacts } from './tenant-facts.ts'
import { trustAuthorities } from './transport/certificates.ts'
import { graphClient } from './transport/graph-client.ts'
import { pauseOnly } from './transport/pause-only.ts'
import { type RequestCounters, sender } from './transport/sender.ts'
import { type TokenSource, tokenSource } from './transport/token.ts'
import type { CredentialOptions } from './transport/token-credential.ts'

export interface EntraOptions extends CredentialOptions {
  /** Where the tenant is; `global` when it is missing. */
  readonly cloud?: Cloud
  /** In place of the cloud's own origin of Graph: a proxy, or the emulator. https only. */
  readonly graphUrl?: string
  /** The same for the host that gives tokens. */
  readonly authorityHost?: string
  /** PEM file of authorities to trust beside the usual ones, in the whole process. */
  readonly caFile?: string
  /**
   * `staging`: reads only. Every write is `later`, and nothing that could change the tenant leaves the process. Where it
   * may change, a function that is asked before each request.
   */
  readonly mode: ExportMode | (() => ExportMode)
  /** Which accounts of the tenant may be taken over; all when it is missing. */
  readonly matching?: MatchOptions
  /** True: the on-premises attributes of users are written too, by Graph's beta version. */
  readonly onPremisesAttributes?: boolean
  /** What everything that is sent is taken from; without one nothing is held back. */
  readonly budget?: WriteBudget
  /** For one HTTP request. */
  readonly timeoutMs?: number
  /** How many batches of 20 may be under way at once. */
  readonly batchesInFlight?: number
}

/** A tenant. Any number of callers may write at once; they share the batches. */
export interface Entra {
  /** As it is now. */
  readonly mode: ExportMode
  readonly requests: Readonly<RequestCounters>
  /** @throws SetupError `graph-credentials`, `graph-permissions`, `graph-certificate`, `graph-tenant`; UnavailableError */
  check(): Promise<TenantFacts>
  /**
   * One outcome for each entry id. Every write may be repeated after a crash. The lane is `single` when it is missing.
   * @throws SetupError when no write can succeed until a person acts
   */
  writeObjects(pending: readonly PendingExport[], lane?: Lane): Promise<Map<string, WriteOutcome>>
  /**
   * One outcome for each `linkKey`. No two calls at once may name the same object as the source.
   * @throws SetupError when no write can succeed until a person acts
   */
  writeLinks(links: readonly PendingLink[], lane?: Lane): Promise<Map<string, WriteOutcome>>
  /**
   * Pages of all users, mail-enabled groups and contacts, whoever made them. Waits when Graph asks to slow down.
   * Contacts are left out when the application lacks OrgContact.Read.All.
   * @throws SetupError `graph-permissions` and those of `check`; UnavailableError; AbortError when the signal says so
   */
  listObjects(signal?: AbortSignal): AsyncIterable<readonly TenantObject[]>
  /**
   * The pages of one round of changes, up to its end: of everything, or since the link that the last round has ended
   * with. What is told may be old, and may be told again. Waits when Graph asks to slow down.
   * @throws SetupError `graph-permissions` and those of `check`; UnavailableError; AbortError when the signal says so
   */
  changes(request: ChangesRequest): AsyncIterable<ChangesPage>
  /**
   * What objects are now, by their ids, in the bin or not. Those that could not be read at this time are not in it.
   * @throws SetupError `graph-permissions` and those of `check`
   */
  readObjects(objects: readonly ObjectToRead[]): Promise<Map<string, ObjectRead>>
}

/**
 * Opens nothing: the first request does.
 * @throws SetupError when the addresses, the credentials' form or the CA file are wrong
 */
export function connectEntra(options: EntraOptions): Entra {
  const endpoints = endpointsOf(options)
  const { graphUrl } = endpoints
  if (options.caFile !== undefined) trustAuthorities(options.caFile)

  const tokens = tokenSource(options, endpoints)
  const { mode: given } = options
  const mode = typeof given === 'function' ? given : () => given
  const clientOf = (version: 'v1.0' | 'beta') =>
    graphClient({ graphUrl, tokens, mode, timeoutMs: options.timeoutMs ?? 60_000, version })
  const client = clientOf('v1.0')
  const requests: RequestCounters = { requests: 0, batches: 0, writes: 0, reads: 0, sentAgain: 0 }
  const budget = options.budget ?? pauseOnly()
  const batchesInFlight = options.batchesInFlight ?? 4
  const send = sender({ client, budget, batchesInFlight, counters: requests })
  const sendBeta =
    options.onPremisesAttributes === true
      ? sender({ client: clientOf('beta'), budget, batchesInFlight, counters: requests })
      : undefined

  const root = `${graphUrl}/v1.0`
  const needed = (): PermissionsNeeded => ({
    writes: mode() === 'export',
    unused: sendBeta !== undefined ? [] : ['on-premises-attributes']
  })
  const matching = options.matching ?? matchEverything
  const takingOver = new Set<string>()

  return {
    get mode() {
      return mode()
    },
    requests,
    check: () => tenantFacts({ client, tokens, needed: needed() }),
    writeObjects: async (pending, lane = 'single') =>
      doubted(
        tokens,
        await writeObjects(pending, {
          send: send(lane),
          ...(sendBeta !== undefined && { sendBeta: sendBeta(lane) }),
          root,
          matching,
          takingOver
        })
      ),
    writeLinks: async (links, lane = 'single') =>
      doubted(tokens, await writeLinks(links, { send: send(lane), root })),
    listObjects: signal => listObjects({ client, counters: requests, budget, signal }),
    changes: request => changes(request, { client, counters: requests, budget, graphUrl }),
    readObjects: objects => readObjects(objects, send('bulk'))
  }
}

/** A permission that is granted now is only in the tokens that are given from now on. */
function doubted(tokens: TokenSource, outcomes: Map<string, WriteOutcome>): Map<string, WriteOutcome> {
  for (const outcome of outcomes.values())
    if (outcome.result === 'refused' && outcome.problem.code === 'permission-missing') tokens.doubt()
  return outcomes
}
