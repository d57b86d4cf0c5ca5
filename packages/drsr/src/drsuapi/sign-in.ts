import { isIP } from 'node:net'
import { SetupError } from '@opendirsync/contracts'
import { KerberosInitiator } from '../kerberos/initiator.ts'
import { NtlmInitiator } from '../ntlm/initiator.ts'
import type { SecurityInitiator } from '../rpc/security.ts'
import type { ReplicationOptions } from './connect-replication.ts'

/**
 * How the account proves itself to the domain controller.
 * @param password UTF-8, which may be overwritten at once
 * @param server for error messages
 * @throws SetupError `ad-kerberos` when the controller's name does not tell its domain
 */
export function createInitiator(
  options: ReplicationOptions,
  password: Buffer,
  server: string
): SecurityInitiator & Disposable {
  const { controller, signIn = 'ntlm', timeoutMs, signal } = options
  const { host } = controller
  const { user, domain } = options.account
  const name = options.serverName ?? host
  const common = { account: { user, domain }, password, server }
  if (signIn === 'ntlm') return new NtlmInitiator({ ...common, servicePrincipalName: `ldap/${name}` })
  return new KerberosInitiator({
    ...common,
    // The first is meant for replication; every computer has the second.
    servicePrincipalNames: [`ldap/${name}`, `host/${name}`],
    domain: domainOf(name),
    kdc: {
      host,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(signal !== undefined && { signal })
    }
  })
}

function domainOf(serverName: string): string {
  const dot = serverName.indexOf('.')
  if (isIP(serverName) === 0 && dot > 0) return serverName.slice(dot + 1)
  throw new SetupError(
    'ad-kerberos',
    `Kerberos needs the full DNS name of the domain controller, such as dc1.corp.example.com, instead of "${serverName}".`
  )
}
