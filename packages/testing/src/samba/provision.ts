import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../processes/run-program.ts'
import { type DomainFiles, writeConfiguration } from './configuration.ts'
import { sambaTool } from './samba-tool.ts'

export type { DomainFiles } from './configuration.ts'

export interface ProvisionOptions {
  readonly folder: string
  /** DNS name in lower case: `corp.example.test`. */
  readonly dnsName: string
  readonly netbios: string
  readonly address: string
  readonly password: string
  readonly recycleBin: boolean
  /** Whether the controller is the domain's DNS server too. It takes about 2 s more. */
  readonly dns: boolean
}

/** LDAP, Kerberos, RPC (for DRSUAPI) and replication; no files, no printers, no winbind. */
const services = ['ldap', 'cldap', 'kdc', 'rpc', 'drepl']

/** Makes a new forest of one domain and one controller `dc1`, in `folder`. It takes about 4 s of one core. */
export async function provisionDomain(options: ProvisionOptions): Promise<DomainFiles> {
  const { dnsName, netbios, password, dns } = options
  const files = await writeConfiguration({
    ...options,
    hostName: 'dc1',
    services: dns ? [...services, 'dns'] : services
  })
  await sambaTool(
    files,
    'domain',
    'provision',
    `--realm=${dnsName.toUpperCase()}`,
    `--domain=${netbios}`,
    '--host-name=dc1',
    `--host-ip=${options.address}`,
    '--server-role=dc',
    `--dns-backend=${dns ? 'SAMBA_INTERNAL' : 'NONE'}`,
    '--use-rfc2307',
    '--quiet'
  )
  await runPython('prepare_domain.py', files, { password, recycleBin: options.recycleBin })
  return files
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
