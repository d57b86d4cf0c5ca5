import { randomBytes } from 'node:crypto'
import { createAuthority } from '@opendirsync/entra-emulator'
import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { writeCertificates } from './certificates.ts'
import type { DomainFiles } from './configuration.ts'
import type { ProcessModel } from './domain-controller.ts'
import { freeLoopbackAddress } from './loopback-address.ts'
import { provisionDomain } from './provision.ts'
import { type DomainIdentity, type SambaDomain, startController } from './samba-domain.ts'

export type { SambaDomain } from './samba-domain.ts'

export interface SambaDomainOptions {
  /** DNS name of the domain; `corp.example.test` unless told otherwise. */
  readonly realm?: string
  /** `CORP` unless told otherwise. */
  readonly netbios?: string
  /**
   * False unless told otherwise: Samba 4.17 cannot restore an object once the recycle bin is on. Without it a
   * deleted object loses most of its attributes at once, and a restore brings back the object without them.
   */
  readonly recycleBin?: boolean
  /** Samba's own DNS server on port 53 of the controller's address, with the domain's real SRV records. Default: false. */
  readonly dns?: boolean
  /**
   * `single` unless told otherwise. With `prefork` the LDAP connections are served by several processes side by side,
   * for more memory and a slower start.
   */
  readonly processModel?: ProcessModel
  /** Loads objects after the domain is made and before its controller starts: a hundred times as fast as LDAP. */
  readonly populate?: (files: DomainFiles) => Promise<unknown>
}

/**
 * A real Active Directory domain on this machine: Debian's Samba, one controller, on a loopback address and in a
 * temporary folder of its own, so several run side by side. Needs root, for ports below 1024.
 */
export async function startSambaDomain(options: SambaDomainOptions = {}): Promise<SambaDomain> {
  const domain = identity(options)
  const { dnsName, netbios, password, dns, authority } = domain
  await using started = new AsyncDisposableStack()
  const { path: folder } = started.use(makeTemporaryFolder('samba'))
  const host = await freeLoopbackAddress(...(dns ? [53] : []))
  const { recycleBin = false, populate } = options
  const files = await provisionDomain({ folder, dnsName, netbios, address: host, password, recycleBin, dns })
  const serverName = `dc1.${dnsName}`
  await writeCertificates(authority, folder, [serverName, host])
  await populate?.(files)
  return await startController(domain, { files, host, serverName }, started)
}

function identity(options: SambaDomainOptions): DomainIdentity {
  const { realm = 'corp.example.test', netbios = 'CORP', dns = false, processModel = 'single' } = options
  const dnsName = realm.toLowerCase()
  return {
    dnsName,
    netbios,
    baseDn: `DC=${dnsName.replaceAll('.', ',DC=')}`,
    bindDn: `administrator@${dnsName}`,
    password: `Aa1-${randomBytes(12).toString('base64url')}`,
    authority: createAuthority('OpenDirSync test domain'),
    dns,
    processModel
  }
}
