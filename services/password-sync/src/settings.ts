import type { DomainControllersOptions } from '@opendirsync/active-directory'
import { SetupError } from '@opendirsync/contracts'
import { type Account, parseAccount } from '@opendirsync/drsr'
import type { Secret } from '@opendirsync/runtime'
import type { SyncServiceOptions } from '@opendirsync/sync-service'
import type { Static } from 'typebox'
import type { PasswordSyncConfig } from './config.ts'

type Config = Readonly<Static<typeof PasswordSyncConfig>>

export interface PasswordSyncSettings {
  /** Undefined: the DNS name of the domain. */
  readonly connector: string | undefined
  readonly controllers: DomainControllersOptions
  readonly replication: {
    readonly account: Account
    readonly password: Secret
    readonly signIn: 'ntlm' | 'kerberos'
    /** Undefined: the controller's endpoint mapper is asked. */
    readonly port: number | undefined
    /** Undefined: as the controller calls itself. */
    readonly serverName: string | undefined
  }
  readonly syncService: Omit<SyncServiceOptions, 'mode'>
  readonly pollMs: number
  readonly onlyIncluded: boolean
  readonly workers: number
}

/**
 * What PASSWORD_SYNC=on needs.
 *
 * @throws SetupError `password-sync-variables`, with one sentence for each variable; `ad-credentials`
 */
export function passwordSyncSettings(config: Config): PasswordSyncSettings {
  const bindDn = config.PASSWORD_AD_BIND_DN ?? config.AD_BIND_DN
  const password = config.PASSWORD_AD_BIND_DN === undefined ? config.AD_PASSWORD : config.PASSWORD_AD_PASSWORD
  const source = sourceOf(config)
  const syncService = syncServiceOf(config)
  const problems = [
    ...addressProblems(config),
    ...(bindDn === undefined
      ? ['PASSWORD_AD_BIND_DN is missing: expected the account that may replicate passwords.']
      : []),
    ...(password === undefined
      ? [`${config.PASSWORD_AD_BIND_DN === undefined ? '' : 'PASSWORD_'}AD_PASSWORD is missing.`]
      : []),
    ...tenantProblems(config)
  ]
  if (
    source === undefined ||
    bindDn === undefined ||
    password === undefined ||
    syncService === undefined ||
    problems.length > 0
  )
    throw new SetupError('password-sync-variables', `The configuration is not usable. ${problems.join(' ')}`)
  return {
    connector: config.AD_CONNECTOR,
    controllers: {
      source,
      account: {
        bindDn,
        password: async () => password.revealNewest(),
        startTls: config.AD_START_TLS,
        ...(config.AD_CA_FILE !== undefined && { caFile: config.AD_CA_FILE }),
        ...(config.AD_SERVER_NAME !== undefined && { serverName: config.AD_SERVER_NAME })
      }
    },
    replication: {
      account: parseAccount(bindDn),
      password,
      signIn: config.PASSWORD_AD_SIGN_IN,
      port: config.PASSWORD_AD_PORT,
      serverName: config.AD_SERVER_NAME
    },
    syncService,
    pollMs: config.PASSWORD_SYNC_SECONDS * 1_000,
    onlyIncluded: config.PASSWORD_SELECTION === 'included',
    workers: config.PASSWORD_WORKERS
  }
}

function sourceOf(config: Config): DomainControllersOptions['source'] | undefined {
  const { AD_URL: urls, AD_DOMAIN: domain, AD_SITE: site, AD_DNS_SERVERS: dnsServers } = config
  if (domain === undefined) return urls === undefined ? undefined : { kind: 'list', urls }
  return {
    kind: 'dns',
    domain,
    ...(site !== undefined && { site }),
    ...(dnsServers !== undefined && { dnsServers })
  }
}

function syncServiceOf(config: Config): PasswordSyncSettings['syncService'] | undefined {
  const { GRAPH_TENANT_ID, GRAPH_CLIENT_ID, GRAPH_CERTIFICATE_FILE } = config
  if (GRAPH_TENANT_ID === undefined || GRAPH_CLIENT_ID === undefined || GRAPH_CERTIFICATE_FILE === undefined)
    return undefined
  return {
    tenantId: GRAPH_TENANT_ID,
    clientId: GRAPH_CLIENT_ID,
    certificatePath: GRAPH_CERTIFICATE_FILE,
    ...(config.GRAPH_CA_FILE !== undefined && { caFile: config.GRAPH_CA_FILE }),
    ...(config.GRAPH_AUTHORITY_HOST !== undefined && { authorityHost: config.GRAPH_AUTHORITY_HOST }),
    ...(config.SYNC_SERVICE_URL !== undefined && { endpoint: config.SYNC_SERVICE_URL })
  }
}

function addressProblems({ AD_URL: urls, AD_DOMAIN: domain, AD_CA_FILE: caFile }: Config): string[] {
  if (urls === undefined && domain === undefined)
    return [
      'AD_URL is missing: expected addresses of domain controllers such as ldaps://dc1.corp.example.com.'
    ]
  if (urls !== undefined && domain !== undefined)
    return ['AD_URL and AD_DOMAIN are both set; remove one of them.']
  // What DNS says is believed only as far as a certificate of a known authority bears it out.
  if (domain !== undefined && caFile === undefined)
    return ['AD_CA_FILE is missing: it is needed where AD_DOMAIN finds the controllers.']
  return []
}

const tenantVariables = {
  GRAPH_TENANT_ID: 'the id of the tenant',
  GRAPH_CLIENT_ID: 'the id of the app registration',
  GRAPH_CERTIFICATE_FILE:
    'a PEM file with the private key and certificate of the app registration; the synchronization service takes no secret'
} as const

function tenantProblems(config: Config): string[] {
  return (Object.keys(tenantVariables) as (keyof typeof tenantVariables)[]).flatMap(name =>
    config[name] === undefined ? [`${name} is missing: expected ${tenantVariables[name]}.`] : []
  )
}
