import { Resolver } from 'node:dns/promises'

/** What is wrong with the address of a domain controller, to end a sentence with. */
export function controllerFault(url: string, startTls: boolean): string | undefined {
  if (!URL.canParse(url)) return 'is not an address such as ldaps://dc1.corp.example.com'
  if (url.startsWith('ldap://') && !startTls)
    return 'would send the password in the clear: use ldaps://, or switch StartTLS on'
  return undefined
}

/** True for `10.0.0.1`, `10.0.0.1:53`, `2001:db8::1` and `[2001:db8::1]:53`. */
export function isDnsServer(address: string): boolean {
  try {
    new Resolver().setServers([address])
    return true
  } catch {
    return false
  }
}

/**
 * Whoever can forge an answer of DNS can name any server, and a public CA has certificates for many. Only a CA that the
 * operator names tells a domain controller from those.
 */
export const whyDiscoveryNeedsCa =
  'controllers that DNS names must have a certificate of a CA that you name, or a forged answer could collect the password'
