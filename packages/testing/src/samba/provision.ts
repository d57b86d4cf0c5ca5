import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram } from '../processes/find-program.ts'
import { runProgram } from '../processes/run-program.ts'

interface DomainNames {
  /** DNS name in lower case: `corp.example.test`. */
  readonly dnsName: string
  readonly netbios: string
}

/** Where a domain that is not running lives, for those who load it before it starts. */
export interface DomainFiles {
  readonly samDb: string
  readonly smbConf: string
  /** For files that belong to this domain; removed with it. */
  readonly folder: string
}

export interface ProvisionOptions extends DomainNames {
  readonly folder: string
  readonly address: string
  readonly password: string
  readonly recycleBin: boolean
}

/** Makes a new forest of one domain and one controller `dc1`, in `folder`. It takes about 4 s of one core. */
export async function provisionDomain(options: ProvisionOptions): Promise<DomainFiles> {
  const { folder, dnsName, netbios, password } = options
  const smbConf = join(folder, 'smb.conf')
  await writeConfiguration(smbConf, options)
  await runProgram(findProgram('samba-tool', 'samba samba-ad-provision samba-dsdb-modules'), [
    'domain',
    'provision',
    `--configfile=${smbConf}`,
    `--realm=${dnsName.toUpperCase()}`,
    `--domain=${netbios}`,
    '--host-name=dc1',
    `--host-ip=${options.address}`,
    '--server-role=dc',
    '--dns-backend=NONE',
    '--use-rfc2307',
    '--quiet'
  ])
  const files = { smbConf, samDb: join(folder, 'private/sam.ldb'), folder }
  await runPython('prepare_domain.py', files, { password, recycleBin: options.recycleBin })
  return files
}

/** Every path is our own, so that a Samba that this machine already has is neither read nor touched. */
async function writeConfiguration(path: string, options: ProvisionOptions): Promise<void> {
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
    'netbios name': 'DC1',
    'server role': 'active directory domain controller',
    // LDAP, Kerberos, RPC (for DRSUAPI) and replication; no files, no printers, no winbind.
    'server services': 'ldap, cldap, kdc, rpc, drepl',
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
  await writeFile(path, ['[global]', ...lines, ...shares, ''].join('\n'))
}

/** Debian's own interpreter: python3-samba is for that one, which may not be the first `python3` on the PATH. */
const python = '/usr/bin/python3'

/**
 * Runs a script of this folder on a domain that is not running; `input` reaches it as a JSON file.
 * @throws Error with what the script wrote to standard error.
 */
export async function runPython(script: string, files: DomainFiles, input: unknown): Promise<void> {
  const inputFile = join(files.folder, `${script}.json`)
  await writeFile(inputFile, JSON.stringify(input))
  await runProgram(python, [join(import.meta.dirname, script), files.samDb, files.smbConf, inputFile])
}
