import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, movingClock } from './clock.ts'
import { Conditions } from './conditions.ts'
import type { Behaviour, EmulatedTenant } from './emulated-tenant.ts'
import { Faults } from './faults.ts'
import { GraphService } from './graph/graph-service.ts'
import { graphRouters } from './graph/routes.ts'
import type { ThrottlingOptions } from './graph/throttling.ts'
import { ExtensionProperties } from './model/extension-properties.ts'
import type { Range } from './random.ts'
import { RequestLog } from './request-log.ts'
import { startHttpsServer } from './server/https-server.ts'
import { Administration } from './state/administration.ts'
import { Application } from './state/application.ts'
import { Directory } from './state/directory.ts'
import { ReplicationLag } from './state/replication-lag.ts'
import type { StaleReadsOptions } from './state/stale-reads.ts'
import { type Tenant, type TenantOptions, tenantDomains, usualObjectQuota } from './state/tenant.ts'
import { Passwords } from './sync-service/passwords.ts'
import { SyncService, syncServicePath } from './sync-service/sync-service.ts'
import { Synchronization, type SynchronizationChange } from './sync-service/synchronization.ts'
import { createAuthority, createServerCertificate } from './tls/certificate.ts'
import { AccessTokens } from './token/access-tokens.ts'
import type { Credentials } from './token/credentials.ts'
import type { FederatedCredential } from './token/federated-credential.ts'
import { ManagedIdentityEndpoint } from './token/managed-identity.ts'
import { TokenService } from './token/token-service.ts'
import { WritesByObject } from './writes-by-object.ts'

export interface EmulatorOptions {
  /** 0, and without it: a free port. */
  readonly port?: number
  /** The IPv4 address to listen on; 127.0.0.1 without it. */
  readonly host?: string
  /** More names (or IPv4 addresses) for the certificate, beside localhost and 127.0.0.1. */
  readonly hostNames?: readonly string[]
  readonly tenant?: TenantOptions
  readonly clientId?: string
  readonly clientSecret?: string
  /** A certificate that the application may prove itself with. */
  readonly clientCertificatePem?: string
  /** Issuers whose tokens the application may show in place of a secret. */
  readonly federatedCredentials?: readonly FederatedCredential[]
  /** The application permissions of Graph that were granted; without it, the six that an installer grants. */
  readonly permissions?: readonly string[]
  /** Directory roles that the application itself holds, by display name; none without it. */
  readonly applicationRoles?: readonly string[]
  readonly tokenLifetimeSeconds?: number
  readonly clock?: Clock
  /** Where the CA's certificate is written; a temporary folder, removed at the end, without it. */
  readonly folder?: string
  /** `off` without it. `{}`: the documented quotas. */
  readonly throttling?: 'off' | ThrottlingOptions
  /** How long reads and references do not find a new or restored object; 0 without it. */
  readonly replicationLagMs?: Range
  /** `off` without it: reads show the newest state. */
  readonly staleReads?: 'off' | StaleReadsOptions
  /** What is left to chance is the same with the same seed; 1 without it. */
  readonly seed?: number
  /** Whether a deleted user keeps its onPremisesImmutableId until it is purged; true without it. */
  readonly binKeepsImmutableIds?: boolean
  readonly behaviour?: Partial<Behaviour>
  /** Directory synchronization and its features; never activated without it. */
  readonly synchronization?: SynchronizationChange
}

export interface EntraEmulator extends AsyncDisposable {
  /** `https://localhost:port`; clients add `/v1.0`. */
  readonly graphUrl: string
  /** The authority host for `@azure/identity`, to be used with `disableInstanceDiscovery`. */
  readonly authorityHost: string
  readonly tokenUrl: string
  /** The address of the synchronization service. */
  readonly syncServiceUrl: string
  readonly port: number
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly clientCertificatePem: string | undefined
  /** For `ManagedIdentityCredential` as on App Service: IDENTITY_ENDPOINT and IDENTITY_HEADER. */
  readonly managedIdentity: ManagedIdentityAddress
  /** The PEM file of the emulator's own certificate authority. */
  readonly caFile: string
  readonly caPem: string
  readonly requests: RequestLog
  /** What requests have done to which object. */
  readonly writesByObject: WritesByObject
  readonly faults: Faults
  /** Throttling, lag, stale reads and behaviour, to be looked at and changed. */
  readonly conditions: Conditions
  readonly clock: Clock
  /** The tenant's objects, for tests to look at. */
  readonly state: Directory
  /** What no application can do: roles, contacts, addresses, directory extensions. */
  readonly administration: Administration
  /** The application's permissions and roles, and which permissions it made use of. */
  readonly application: Application
  /** Settings of the tenant's directory synchronization. */
  readonly synchronization: Synchronization
  /** What arrived at the synchronization service. */
  readonly passwords: Passwords
  /** Changes what the application must prove itself with. */
  setCredentials(
    change: Partial<Pick<Credentials, 'clientSecret' | 'clientCertificatePem' | 'federated'>>
  ): void
  revokeTokens(): void
}

interface ManagedIdentityAddress {
  readonly endpoint: string
  readonly header: string
}

/** Starts a tenant on this machine: token endpoint, Graph and synchronization service, over HTTPS with its own authority. */
export async function startEntraEmulator(options: EmulatorOptions = {}): Promise<EntraEmulator> {
  const clock = options.clock ?? movingClock()
  const seed = options.seed ?? 1
  const lag = new ReplicationLag(options.replicationLagMs ?? 0, seed)
  const tenant = emulatedTenant(options, clock, lag)
  const { administration, application } = tenant
  const credentials = credentialsFor(options, tenant.tenant.id)
  const tokens = new AccessTokens(credentials.tenantId, options.tokenLifetimeSeconds ?? 3599)
  const requests = new RequestLog()
  const faults = new Faults(clock, seed)
  const conditions = new Conditions({ tenant, lag, faults, seed })
  conditions.change({ throttling: options.throttling ?? 'off', staleReads: options.staleReads ?? 'off' })
  const { throttling, staleReads } = conditions
  const writesByObject = new WritesByObject(tenant.directory)
  const authority = createAuthority('OpenDirSync Entra emulator')
  const { keyPem, certificatePem } = createServerCertificate(authority, hostNamesOf(options))
  const service = new GraphService({
    tenant,
    routers: graphRouters(),
    requests,
    writesByObject,
    faults,
    throttling,
    staleReads
  })
  const synchronization = new Synchronization(tenant.tenant, options.synchronization)
  const passwords = new Passwords()
  const domains = () => tenant.tenant.domains.map(domain => domain.name)
  const identitySecret = randomBytes(24).toString('base64url')
  const { server, port } = await startHttpsServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    keyPem,
    certificatePem,
    graph: { tenant, service, tokens, requests, faults },
    admin: {
      requests,
      writesByObject,
      conditions,
      directory: tenant.directory,
      faults,
      clock,
      credentials,
      tokens,
      administration,
      application,
      synchronization,
      passwords
    },
    syncService: { service: new SyncService({ ...tenant, tokens, synchronization, passwords }), faults },
    tokenService: new TokenService({ credentials, tokens, application, domains, synchronization }),
    managedIdentity: new ManagedIdentityEndpoint({
      clientId: credentials.clientId,
      tokens,
      application,
      secret: identitySecret
    })
  })
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'entra-emulator-')))
  await mkdir(folder, { recursive: true })
  const caFile = join(folder, 'entra-emulator-ca.pem')
  await writeFile(caFile, authority.certificatePem)
  const url = `https://localhost:${port}`
  return {
    graphUrl: url,
    authorityHost: url,
    tokenUrl: `${url}/${credentials.tenantId}/oauth2/v2.0/token`,
    syncServiceUrl: `${url}${syncServicePath}`,
    port,
    tenantId: credentials.tenantId,
    clientId: credentials.clientId,
    get clientSecret() {
      return credentials.clientSecret
    },
    get clientCertificatePem() {
      return credentials.clientCertificatePem
    },
    managedIdentity: { endpoint: `${url}/msi/token`, header: identitySecret },
    caFile,
    caPem: authority.certificatePem,
    requests,
    writesByObject,
    faults,
    conditions,
    clock,
    state: tenant.directory,
    administration,
    application,
    synchronization,
    passwords,
    setCredentials: change => void Object.assign(credentials, change),
    revokeTokens: () => tokens.revokeAll(),
    async [Symbol.asyncDispose]() {
      await close(server)
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    }
  }
}

function emulatedTenant(options: EmulatorOptions, clock: Clock, lag: ReplicationLag): EmulatedTenant {
  const tenant: Tenant = {
    id: options.tenant?.id ?? randomUUID(),
    displayName: options.tenant?.displayName ?? 'Contoso',
    countryLetterCode: 'US',
    createdDateTime: new Date(clock.now()).toISOString().slice(0, 19).concat('Z'),
    domains: tenantDomains(options.tenant ?? {}),
    objectQuota: options.tenant?.objectQuota ?? usualObjectQuota,
    onPremisesSyncEnabled: null
  }
  const directory = new Directory({
    clock,
    lagMs: () => lag.drawMs(),
    binKeepsImmutableIds: options.binKeepsImmutableIds ?? true
  })
  const behaviour: Behaviour = {
    acceptsManagerAtCreate: false,
    throttledBatchStatus: 200,
    expiredDeltaStatus: 410,
    writesPrivilegedUsers: false,
    refusesFederatedDomainChange: false,
    ...options.behaviour
  }
  const extensions = new ExtensionProperties()
  const administration = new Administration(tenant, directory, extensions)
  const { permissions, applicationRoles: roles } = options
  const application = new Application({ ...(permissions && { permissions }), ...(roles && { roles }) })
  return { tenant, directory, extensions, application, administration, clock, behaviour }
}

function credentialsFor(options: EmulatorOptions, tenantId: string): Credentials {
  return {
    tenantId,
    clientId: options.clientId ?? randomUUID(),
    clientSecret: options.clientSecret ?? randomBytes(24).toString('base64url'),
    clientCertificatePem: options.clientCertificatePem,
    federated: options.federatedCredentials ?? []
  }
}

function hostNamesOf(options: EmulatorOptions): string[] {
  const names = ['localhost', '127.0.0.1', ...(options.hostNames ?? [])]
  const { host } = options
  if (host !== undefined && host !== '0.0.0.0') names.push(host)
  return [...new Set(names)]
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close(error => (error === undefined ? resolve() : reject(error)))
    server.closeAllConnections()
  })
}
