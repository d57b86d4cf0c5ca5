import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, movingClock } from './clock.ts'
import type { Behaviour, EmulatedTenant } from './emulated-tenant.ts'
import { Faults } from './faults.ts'
import { GraphService } from './graph/graph-service.ts'
import { graphRouter } from './graph/routes.ts'
import { Throttling, type ThrottlingOptions } from './graph/throttling.ts'
import { ExtensionProperties } from './model/extension-properties.ts'
import { RequestLog } from './request-log.ts'
import { startHttpsServer } from './server/https-server.ts'
import { Administration } from './state/administration.ts'
import { Directory } from './state/directory.ts'
import { type Tenant, type TenantOptions, tenantDomains } from './state/tenant.ts'
import { createAuthority, createServerCertificate } from './tls/certificate.ts'
import { AccessTokens } from './token/access-tokens.ts'
import type { Credentials } from './token/credentials.ts'
import { TokenService } from './token/token-service.ts'

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
  readonly tokenLifetimeSeconds?: number
  readonly clock?: Clock
  /** Where the CA's certificate is written; a temporary folder, removed at the end, without it. */
  readonly folder?: string
  /** `off` without it. `{}`: the documented quotas. */
  readonly throttling?: 'off' | ThrottlingOptions
  /** How long reads and references do not find a new object; 0 without it. */
  readonly replicationLagMs?: number
  /** Whether a deleted user keeps its onPremisesImmutableId until it is purged; true without it. */
  readonly binKeepsImmutableIds?: boolean
  readonly behaviour?: Partial<Behaviour>
}

export interface EntraEmulator extends AsyncDisposable {
  /** `https://localhost:port`; clients add `/v1.0`. */
  readonly graphUrl: string
  /** The authority host for `@azure/identity`, to be used with `disableInstanceDiscovery`. */
  readonly authorityHost: string
  readonly tokenUrl: string
  readonly port: number
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly clientCertificatePem: string | undefined
  /** The PEM file of the emulator's own certificate authority. */
  readonly caFile: string
  readonly caPem: string
  readonly requests: RequestLog
  readonly faults: Faults
  readonly clock: Clock
  /** The tenant's objects, for tests to look at. */
  readonly state: Directory
  /** What no application can do: roles, contacts, addresses, directory extensions. */
  readonly administration: Administration
  /** Changes what the application must prove itself with. */
  setCredentials(change: Partial<Pick<Credentials, 'clientSecret' | 'clientCertificatePem'>>): void
  revokeTokens(): void
}

/** Starts a tenant on this machine: token endpoint and Graph, over HTTPS with its own authority. */
export async function startEntraEmulator(options: EmulatorOptions = {}): Promise<EntraEmulator> {
  const clock = options.clock ?? movingClock()
  const tenant = emulatedTenant(options, clock)
  const administration = new Administration(tenant.directory, tenant.extensions)
  const credentials = credentialsFor(options, tenant.tenant.id)
  const tokens = new AccessTokens(credentials.tenantId, options.tokenLifetimeSeconds ?? 3599)
  const requests = new RequestLog()
  const faults = new Faults()
  const throttling = throttlingFor(options, clock, credentials.tenantId)
  const authority = createAuthority('OpenDirSync Entra emulator')
  const { keyPem, certificatePem } = createServerCertificate(authority, hostNamesOf(options))
  const service = new GraphService({ tenant, router: graphRouter(), requests, faults, throttling })
  const domains = tenant.tenant.domains.map(domain => domain.name)
  const { server, port } = await startHttpsServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    keyPem,
    certificatePem,
    graph: { tenant, service, tokens, requests, faults },
    admin: { requests, faults, clock, credentials, tokens, administration },
    tokenService: new TokenService({ credentials, tokens, domains })
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
    port,
    tenantId: credentials.tenantId,
    clientId: credentials.clientId,
    get clientSecret() {
      return credentials.clientSecret
    },
    get clientCertificatePem() {
      return credentials.clientCertificatePem
    },
    caFile,
    caPem: authority.certificatePem,
    requests,
    faults,
    clock,
    state: tenant.directory,
    administration,
    setCredentials: change => void Object.assign(credentials, change),
    revokeTokens: () => tokens.revokeAll(),
    async [Symbol.asyncDispose]() {
      await close(server)
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    }
  }
}

function emulatedTenant(options: EmulatorOptions, clock: Clock): EmulatedTenant {
  const tenant: Tenant = {
    id: options.tenant?.id ?? randomUUID(),
    displayName: options.tenant?.displayName ?? 'Contoso',
    countryLetterCode: 'US',
    createdDateTime: new Date(clock.now()).toISOString().slice(0, 19).concat('Z'),
    domains: tenantDomains(options.tenant ?? {})
  }
  const directory = new Directory({
    clock,
    replicationLagMs: options.replicationLagMs ?? 0,
    binKeepsImmutableIds: options.binKeepsImmutableIds ?? true
  })
  const behaviour: Behaviour = {
    acceptsManagerAtCreate: false,
    throttledBatchStatus: 200,
    expiredDeltaStatus: 410,
    writesPrivilegedUsers: false,
    ...options.behaviour
  }
  return { tenant, directory, extensions: new ExtensionProperties(), clock, behaviour }
}

function credentialsFor(options: EmulatorOptions, tenantId: string): Credentials {
  return {
    tenantId,
    clientId: options.clientId ?? randomUUID(),
    clientSecret: options.clientSecret ?? randomBytes(24).toString('base64url'),
    clientCertificatePem: options.clientCertificatePem
  }
}

function throttlingFor(options: EmulatorOptions, clock: Clock, tenantId: string): Throttling | undefined {
  const { throttling = 'off' } = options
  return throttling === 'off' ? undefined : new Throttling(throttling, clock, tenantId)
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
