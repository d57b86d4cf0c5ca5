import { SetupError } from '@opendirsync/contracts'
import { connectLdap } from '@opendirsync/ldap'
import { directoryError } from '../errors.ts'
import { DirectoryConnection } from './directory-connection.ts'
import { addressOf, type DirectoryServer } from './directory-server.ts'

/**
 * Connects, checks the server's certificate, and logs on.
 *
 * @throws SetupError `ad-address`, `ad-tls`, `ad-certificate` or `ad-credentials`, when a person must act
 * @throws UnavailableError when the server cannot be reached or does not answer in time
 */
export async function connectDirectory(server: DirectoryServer): Promise<DirectoryConnection> {
  const { text } = addressOf(server)
  // RFC 4513 section 5.1.2: a logon without a password succeeds, as nobody.
  if (server.bindDn === '' || server.password === '') {
    throw new SetupError(
      'ad-credentials',
      'The Active Directory account needs a name and a password: set both.'
    )
  }
  const ldap = await connectLdap(server).catch((error: unknown) => {
    throw directoryError(text, error)
  })
  return new DirectoryConnection(ldap)
}
