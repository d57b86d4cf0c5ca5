import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { writeCertificates } from './certificates.ts'
import { type DomainFiles, writeConfiguration } from './configuration.ts'
import { freeLoopbackAddress } from './loopback-address.ts'
import { type SambaDomain, startController } from './samba-domain.ts'
import { asAdministrator, sambaTool } from './samba-tool.ts'

/** Where Active Directory puts the first controller of a forest. */
const FIRST_SITE = 'Default-First-Site-Name'

export interface JoinOptions {
  /** `dc2` unless told otherwise. */
  readonly hostName?: string
  /** The site that the controller stands in, which is made when it is not there. The first site unless told otherwise. */
  readonly site?: string
}

/**
 * One more controller of a running domain, on a loopback address and in a temporary folder of its own. It takes about 8 s.
 * Everything goes by address, so that the machine need not resolve the domain's names.
 *
 * It has no replication service: a test says with `replicate` what it knows, and when.
 */
export async function joinDomainController(
  domain: SambaDomain,
  options: JoinOptions = {}
): Promise<SambaDomain> {
  const { hostName = 'dc2', site = FIRST_SITE } = options
  const { dnsName, netbios, dns } = domain
  await using started = new AsyncDisposableStack()
  const { path: folder } = started.use(makeTemporaryFolder('samba'))
  const host = await freeLoopbackAddress(...(dns ? [53] : []))
  const services = ['ldap', 'cldap', 'kdc', 'rpc', ...(dns ? ['dns'] : [])]
  const files = await writeConfiguration({ folder, dnsName, netbios, hostName, address: host, services })

  if (site !== FIRST_SITE)
    await sambaTool(domain.files, 'sites', 'create', site, `--URL=${domain.files.samDb}`)
  await sambaTool(
    files,
    'domain',
    'join',
    dnsName,
    'DC',
    `--server=${domain.host}`,
    `--site=${site}`,
    `--dns-backend=${dns ? 'SAMBA_INTERNAL' : 'NONE'}`,
    '--quiet',
    ...asAdministrator(domain)
  )
  if (dns) {
    await registerInDns(domain, { hostName, site, address: host })
    await copy(domain, files, `DC=DomainDnsZones,${domain.baseDn}`)
    await copy(domain, files, `DC=ForestDnsZones,${domain.baseDn}`)
  }
  const serverName = `${hostName}.${dnsName}`
  await writeCertificates(domain.authority, folder, [serverName, host])
  return await startController(domain, { files, host, serverName }, started)
}

/**
 * The records by which clients find a controller (MS-ADTS sections 6.3.2.2 and 6.3.2.3). A controller registers them
 * itself, but Samba registers no loopback address.
 */
async function registerInDns(
  domain: SambaDomain,
  { hostName, site, address }: { hostName: string; site: string; address: string }
): Promise<void> {
  const { dnsName } = domain
  const add = (zone: string, name: string, type: string, value: string) =>
    sambaTool(domain.files, 'dns', 'add', domain.host, zone, name, type, value, ...asAdministrator(domain))
  const service = `${hostName}.${dnsName} 389 0 100`
  await add(dnsName, hostName, 'A', address)
  await add(`_msdcs.${dnsName}`, '_ldap._tcp.dc', 'SRV', service)
  await add(`_msdcs.${dnsName}`, `_ldap._tcp.${site}._sites.dc`, 'SRV', service)
}

/** Brings to `to` what `from` knows and `to` does not, of one naming context: the domain's, unless told otherwise. */
export async function replicate(
  from: SambaDomain,
  to: SambaDomain,
  namingContext = to.baseDn
): Promise<void> {
  await copy(from, to.files, namingContext)
}

async function copy(from: SambaDomain, files: DomainFiles, namingContext: string): Promise<void> {
  // With `--local` the controller named first, which is the target, is the one of the configuration.
  const between = ['localhost', from.host, namingContext]
  await sambaTool(files, 'drs', 'replicate', '--local', ...between, ...asAdministrator(from))
}
