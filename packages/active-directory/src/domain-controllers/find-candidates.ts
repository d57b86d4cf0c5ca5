import { Resolver } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import type { ControllerSource, ControllersInDns } from './controller-source.ts'
import { orderServers } from './dns/order-servers.ts'
import { type DnsOptions, querySrv } from './dns/query-srv.ts'
import type { SrvRecord } from './dns/srv-message.ts'

/** A domain controller that may be tried. */
export interface Candidate {
  /** Tells it from others, in messages too; with the controller's name where DNS told one. */
  readonly url: string
  /**
   * Where to connect, in order; looked up when it is needed. `serverName` is what the certificate must say when the URL
   * has an address instead.
   * @throws UnavailableError when DNS does not tell an address
   */
  readonly endpoints: () => Promise<readonly Endpoint[]>
}

interface Endpoint {
  readonly url: string
  readonly serverName?: string
}

interface FindOptions {
  readonly startTls: boolean
  /** At least 0 and less than 1; for the lot among controllers of equal standing. */
  readonly random: () => number
}

/**
 * The controllers of a source in the order of preference.
 * @throws SetupError `ad-dns` when DNS knows none, or `ad-address` when the list is empty
 * @throws UnavailableError when DNS does not answer
 */
export async function findCandidates(
  source: ControllerSource,
  options: FindOptions
): Promise<readonly Candidate[]> {
  if (source.kind === 'dns') return findInDns(source, options)
  if (source.urls.length > 0) return source.urls.map(url => ({ url, endpoints: async () => [{ url }] }))
  throw new SetupError(
    'ad-address',
    'No domain controller is named: give at least one address, or a domain for DNS.'
  )
}

async function findInDns(
  source: ControllersInDns,
  { startTls, random }: FindOptions
): Promise<readonly Candidate[]> {
  const { domain, site, dnsServers, dnsTimeoutMs } = source
  const asked: DnsOptions = {
    ...(dnsServers !== undefined && { servers: dnsServers }),
    ...(dnsTimeoutMs !== undefined && { timeoutMs: dnsTimeoutMs })
  }
  const answers = await Promise.all([
    site === undefined ? [] : querySrv(`_ldap._tcp.${site}._sites.dc._msdcs.${domain}`, asked),
    querySrv(`_ldap._tcp.dc._msdcs.${domain}`, asked)
  ])
  const names = new Set(answers.flatMap(records => targetsOf(records, random)))
  if (names.size === 0) {
    throw new SetupError(
      'ad-dns',
      `DNS knows no domain controller of ${domain}: check the domain's name, and that the DNS servers serve that domain.`
    )
  }
  const scheme = startTls ? 'ldap' : 'ldaps'
  const port = source.port ?? (startTls ? 389 : 636)
  return [...names].map(name => {
    const url = `${scheme}://${name}:${port}`
    if (dnsServers === undefined) return { url, endpoints: async () => [{ url }] }
    const endpoints = async () => {
      const addresses = await addressesOf(name, asked)
      return addresses.map(address => ({
        url: `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`,
        serverName: name
      }))
    }
    return { url, endpoints }
  })
}

function targetsOf(records: readonly SrvRecord[], random: () => number): string[] {
  return orderServers(records, random).map(({ target }) => target.toLowerCase())
}

async function addressesOf(
  name: string,
  { servers = [], timeoutMs = 2_000 }: DnsOptions
): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
  resolver.setServers(servers)
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  const addresses = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []))
  if (addresses.length > 0) return addresses
  const [refused] = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []))
  throw new UnavailableError(
    'active-directory',
    `DNS tells no address of ${name}: check its A or AAAA record, and the DNS servers. It will be retried.`,
    { cause: refused }
  )
}
