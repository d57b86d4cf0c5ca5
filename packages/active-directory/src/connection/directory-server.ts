import { addressOf as addressOfLdapServer, type LdapServer, type ServerAddress } from '@opendirsync/ldap'
import { directoryError } from '../errors.ts'

/**
 * How to reach a domain controller, and as whom. Beside a distinguished name, Active Directory takes a
 * userPrincipalName or `DOMAIN\user` as `bindDn`.
 *
 * The logon is a simple bind inside TLS, which satisfies a server that demands signing ("LDAP server signing
 * requirements"): what TLS carries need not be signed again (MS-ADTS section 5.1.1.1).
 */
export type DirectoryServer = LdapServer

/** @throws SetupError `ad-address` or `ad-tls` when the URL cannot be used */
export function addressOf(server: Pick<DirectoryServer, 'url' | 'startTls'>): ServerAddress {
  try {
    return addressOfLdapServer(server)
  } catch (error) {
    throw directoryError(server.url, error)
  }
}
