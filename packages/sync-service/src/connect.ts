import { type ExportMode, SetupError } from '@opendirsync/contracts'
import { type Company, readCompany, switchFeature } from './operations/company.ts'
import { credentialSender } from './operations/credential-batches.ts'
import type { Feature, Features } from './operations/features.ts'
import type { Credential, CredentialOutcome } from './operations/provision-credentials.ts'
import { neededRole, rolesOf, type TokenSource, tokenSource } from './sign-in/token-source.ts'
import { directorySyncOff, passwordSyncOff } from './soap/reply.ts'
import { callService } from './transport/call.ts'
import { agentFor, poster } from './transport/post.ts'

const usualEndpoint = 'https://adminwebservice.microsoftonline.com/provisioningservice.svc'
const usualAuthority = 'https://login.microsoftonline.com'
const usualBuildNumber = '2.4.21.0'
/** Peers send one at a time, Microsoft's tool a few dozen; no page of Microsoft's names a limit. */
const usualBatchSize = 50

export interface SyncServiceOptions {
  readonly tenantId: string
  /** Of the app registration. It signs in with a certificate; the service takes no secret of an application. */
  readonly clientId: string
  /** PEM file with the certificate and its private key (RSA). It may be replaced at any time. */
  readonly certificatePath: string
  /** In place of `https://login.microsoftonline.com`. https only. */
  readonly authorityHost?: string
  /** In place of the address in Microsoft's global cloud. https only. */
  readonly endpoint?: string
  /** PEM file of authorities to trust beside the usual ones, for these connections only. */
  readonly caFile?: string
  /** Which build of Microsoft's tool this stands for; the service refuses those that it finds too old. `2.4.21.0` without it. */
  readonly buildNumber?: string
  /** A UUID that tells this machine from others of the tenant. */
  readonly machineId?: string
  /** `staging`: reads only. Nothing that could change the tenant leaves the process. A function is asked before each call. */
  readonly mode: ExportMode | (() => ExportMode)
  /** For one HTTP request; 60,000 without it. */
  readonly timeoutMs?: number
  /** How many credentials one call carries at most; 50 without it. */
  readonly batchSize?: number
  /** How many calls with credentials are under way at once; 4 without it. */
  readonly batchesInFlight?: number
}

export interface SyncServiceFacts extends Company {
  /** ISO 8601. */
  readonly certificateExpiresAt: string
}

/**
 * The synchronization web service of a tenant: the one that Microsoft's own tools speak to. Microsoft documents how an
 * application signs in to it, and supports no third party that does.
 */
export interface SyncService extends Disposable {
  /**
   * Signs in, and looks whether hashes can be sent.
   * @throws SetupError `sync-service-credentials`, `-tenant`, `-permissions`, `-certificate`, `-version`,
   *   `-directory-sync-off`, `-password-sync-off`; ThrottledError; UnavailableError
   */
  check(): Promise<SyncServiceFacts>
  /** What the tenant has switched on, whatever it is. @throws as `check`, without the last */
  readCompany(): Promise<Company>
  /** @throws as `check`, without the last; PermanentError in staging mode */
  setFeature(feature: Feature, isOn: boolean): Promise<Features>
  /**
   * One outcome for each source anchor; the last one counts where one stands there twice. All of `credentialData` are
   * overwritten at the end, however it ends. Every call may be repeated after a crash.
   * @throws SetupError when none can succeed until a person acts; the signal's reason
   */
  provisionCredentials(
    credentials: readonly Credential[],
    signal?: AbortSignal
  ): Promise<Map<string, CredentialOutcome>>
}

/**
 * Opens nothing: the first request does.
 * @throws SetupError when an address, the certificate or the CA file cannot be used
 */
export function connectSyncService(options: SyncServiceOptions): SyncService {
  const {
    tenantId,
    clientId,
    certificatePath,
    mode: given,
    batchSize = usualBatchSize,
    batchesInFlight = 4
  } = options
  const endpoint = httpsUrl(options.endpoint ?? usualEndpoint)
  const authorityHost = httpsUrl(options.authorityHost ?? usualAuthority).origin
  const agent = agentFor({ caFile: options.caFile, sockets: batchesInFlight + 1 })
  const post = poster(agent, options.timeoutMs ?? 60_000)
  const tokens = tokenSource({ tenantId, clientId, certificatePath, authorityHost }, post)
  const isStaging = (): boolean => (typeof given === 'function' ? given() : given) === 'staging'
  const call = callService({
    tenantId,
    endpoint,
    buildNumber: options.buildNumber ?? usualBuildNumber,
    machineId: options.machineId,
    isStaging,
    tokens,
    post
  })
  const send = credentialSender({ call, batchSize, batchesInFlight })

  return {
    async check() {
      await requireRole(tokens)
      const company = await readCompany(call)
      requireReady(company, tenantId)
      return { ...company, certificateExpiresAt: tokens.certificateExpiresAt()?.toISOString() ?? '' }
    },
    readCompany: () => readCompany(call),
    setFeature: (feature, isOn) => switchFeature(call, feature, isOn),
    async provisionCredentials(credentials, signal) {
      try {
        return await send(credentials, signal)
      } finally {
        for (const { credentialData } of credentials) credentialData.fill(0)
      }
    },
    [Symbol.dispose]: () => agent.destroy()
  }
}

/** A permission that is granted is only in tokens given after that, so what was looked at is not used again. */
async function requireRole(tokens: TokenSource): Promise<void> {
  const roles = rolesOf(await tokens.token())
  if (roles === undefined || roles.includes(neededRole)) return
  tokens.renew()
  throw new SetupError(
    'sync-service-permissions',
    `The application lacks ${neededRole} of "Microsoft Entra AD Synchronization Service". Grant it, with admin consent.`
  )
}

function requireReady({ tenantId, isDirSyncing, features }: Company, wantedTenantId: string): void {
  const isUuid = /^[0-9a-f-]{36}$/i.test(wantedTenantId)
  if (isUuid && tenantId !== '' && tenantId.toLowerCase() !== wantedTenantId.toLowerCase()) {
    throw new SetupError(
      'sync-service-tenant',
      `The synchronization service speaks for the tenant ${tenantId}. Check the tenant id and the address.`
    )
  }
  if (!isDirSyncing) throw directorySyncOff()
  if (!features.passwordHashSync) throw passwordSyncOff()
}

function httpsUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol === 'https:') return url
  throw new SetupError(
    'sync-service-address',
    `${address} is not an https address. The synchronization service is spoken to over https only.`
  )
}
