import { findProgram } from '../processes/find-program.ts'
import { runProgram } from '../processes/run-program.ts'
import type { DomainFiles } from './configuration.ts'

/**
 * Runs a command with the configuration of one controller, never with this machine's.
 * @throws Error with the end of what `samba-tool` wrote to standard error
 */
export function sambaTool({ smbConf }: DomainFiles, ...args: readonly string[]): Promise<string> {
  const program = findProgram('samba-tool', 'samba samba-ad-provision samba-dsdb-modules')
  return runProgram(program, [...args, `--configfile=${smbConf}`])
}

/**
 * The domain's administrator, for commands that go over the network. By NTLM: Kerberos would need the controllers' names
 * in this machine's DNS or hosts file, while everything here is called by its loopback address.
 */
export function asAdministrator({ password }: { readonly password: string }): string[] {
  return [`--user=administrator%${password}`, '--use-kerberos=off']
}
