import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a controller that is not running lives, for those who load its domain before it starts. */
export interface DomainFiles {
  readonly samDb: string
  readonly smbConf: string
  /** For files that belong to this controller; removed with it. */
  readonly folder: string
}

interface ControllerConfiguration {
  readonly folder: string
  /** DNS name in lower case: `corp.example.test`. */
  readonly dnsName: string
  readonly netbios: string
  /** `dc1` */
  readonly hostName: string
  readonly address: string
  /** Samba's names: `ldap`, `kdc`, … */
  readonly services: readonly string[]
}

/** Every path is our own, so that a Samba that this machine already has is neither read nor touched. */
export async function writeConfiguration(options: ControllerConfiguration): Promise<DomainFiles> {
  const { folder } = options
  const folders = {
    'private dir': 'private',
    'state directory': 'state',
    'cache directory': 'cache',
    'lock directory': 'lock',
    'pid directory': 'pid',
    'ncalrpc dir': 'ncalrpc',
    'winbindd socket directory': 'winbindd',
    'binddns dir': 'bind-dns'
  }
  await Promise.all(Object.values(folders).map(name => mkdir(join(folder, name), { recursive: true })))
  const settings = {
    realm: options.dnsName.toUpperCase(),
    workgroup: options.netbios,
    'netbios name': options.hostName.toUpperCase(),
    'server role': 'active directory domain controller',
    'server services': options.services.join(', '),
    // The mask is needed: without it Samba finds no interface for the address.
    interfaces: `${options.address}/8`,
    'bind interfaces only': 'yes',
    // A domain that lives for minutes need not survive a power cut.
    'ldb:nosync': 'true',
    ...Object.fromEntries(Object.entries(folders).map(([name, folder_]) => [name, join(folder, folder_)]))
  }
  const lines = Object.entries(settings).map(([name, value]) => `\t${name} = ${value}`)
  const sysvol = join(folder, 'state/sysvol')
  const shares = [
    '[sysvol]',
    `\tpath = ${sysvol}`,
    '[netlogon]',
    `\tpath = ${sysvol}/${options.dnsName}/scripts`
  ]
  const smbConf = join(folder, 'smb.conf')
  await writeFile(smbConf, ['[global]', ...lines, ...shares, ''].join('\n'))
  return { smbConf, samDb: join(folder, 'private/sam.ldb'), folder }
}
