import { SetupError } from '@opendirsync/contracts'
import type { Static } from 'typebox'
import type { ImportConfig } from '../config.ts'
import type { ActiveDirectorySettings, ControllerSource } from './connector-settings.ts'
import { controllerFault, isDnsServer, whyDiscoveryNeedsCa } from './controller-faults.ts'
import { cronFault } from './cron-pattern.ts'
import { readPasswordFile } from './password-file.ts'

type Config = Readonly<Static<typeof ImportConfig>>
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The one connector that the AD_ variables describe.
 *
 * @throws SetupError `connector-variables`, with one sentence for each variable
 */
export function connectorSettingsFromVariables(
  config: Config,
  environment: Environment
): ActiveDirectorySettings {
  const { AD_BIND_DN: bindDn, AD_PASSWORD: password } = config
  const controllers = controllersOf(config)
  const problems = problemsOf(config)
  if (problems.length > 0 || controllers === undefined || bindDn === undefined || password === undefined) {
    throw new SetupError('connector-variables', `The configuration is not usable. ${problems.join(' ')}`)
  }
  const passwordFile = environment.AD_PASSWORD_FILE
  return {
    kind: 'active-directory',
    name: config.AD_CONNECTOR,
    controllers,
    startTls: config.AD_START_TLS,
    bindDn,
    password: passwordFile ? () => readPasswordFile(passwordFile) : async () => password.reveal(),
    objectSecurity: config.AD_OBJECT_SECURITY,
    pollMs: config.AD_POLL_SECONDS * 1_000,
    ...(config.AD_CA_FILE !== undefined && { caFile: config.AD_CA_FILE }),
    ...(config.AD_SERVER_NAME !== undefined && { serverName: config.AD_SERVER_NAME }),
    ...(config.AD_FULL_IMPORT !== undefined && { fullImport: config.AD_FULL_IMPORT })
  }
}

function controllersOf(config: Config): ControllerSource | undefined {
  const { AD_URL: urls, AD_DOMAIN: domain, AD_SITE: site, AD_DNS_SERVERS: dnsServers } = config
  if (domain === undefined) return urls === undefined ? undefined : { kind: 'list', urls }
  return {
    kind: 'dns',
    domain,
    ...(site !== undefined && { site }),
    ...(dnsServers !== undefined && { dnsServers })
  }
}

function problemsOf(config: Config): string[] {
  return [...addressProblems(config), ...accountProblems(config), ...scheduleProblems(config)]
}

function addressProblems(config: Config): string[] {
  const { AD_URL: urls, AD_DOMAIN: domain, AD_SITE: site, AD_DNS_SERVERS: dnsServers = [] } = config
  const problems: string[] = []
  if (urls === undefined && domain === undefined) {
    problems.push(
      'AD_URL is missing: expected addresses of domain controllers such as ldaps://dc1.corp.example.com; or set ' +
        'AD_DOMAIN to find them by DNS, or CONNECTORS_FILE for several directories.'
    )
  }
  if (urls !== undefined && domain !== undefined)
    problems.push('AD_URL and AD_DOMAIN are both set; remove one of them.')
  if (domain !== undefined && config.AD_CA_FILE === undefined)
    problems.push(`AD_CA_FILE is missing: ${whyDiscoveryNeedsCa}.`)
  if (domain === undefined && site !== undefined) problems.push('AD_SITE is set without AD_DOMAIN: set both.')
  if (domain === undefined && dnsServers.length > 0)
    problems.push('AD_DNS_SERVERS is set without AD_DOMAIN: set both.')
  if (!dnsServers.every(isDnsServer))
    problems.push('AD_DNS_SERVERS is not a list of IP addresses with commas between them.')
  const faults = (urls ?? []).flatMap(url => controllerFault(url, config.AD_START_TLS) ?? [])
  return [...problems, ...[...new Set(faults)].map(fault => `AD_URL ${fault} (AD_START_TLS=true).`)]
}

function accountProblems({ AD_BIND_DN: bindDn, AD_PASSWORD: password }: Config): string[] {
  const problems: string[] = []
  if (bindDn === undefined)
    problems.push(
      'AD_BIND_DN is missing: expected the service account (a distinguished name, a userPrincipalName, or DOMAIN\\user).'
    )
  if (password === undefined)
    problems.push(
      'AD_PASSWORD is missing (or AD_PASSWORD_FILE, a file that holds it): expected the password of the service account.'
    )
  return problems
}

function scheduleProblems({ AD_FULL_IMPORT: pattern }: Config): string[] {
  const fault = pattern === undefined ? undefined : cronFault(pattern)
  return fault === undefined ? [] : [`AD_FULL_IMPORT ${fault}.`]
}
