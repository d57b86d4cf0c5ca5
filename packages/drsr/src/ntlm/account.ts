import { SetupError } from '@opendirsync/contracts'

/** An account as NTLM names it. The domain is empty when `user` is a user principal name. */
export interface Account {
  readonly user: string
  readonly domain: string
}

/**
 * @param name `CORP\svc`, `svc@corp.example.test`, or `svc` for an account of the domain controller's own domain
 * @throws SetupError `ad-credentials` for a distinguished name, which only LDAP takes
 */
export function parseAccount(name: string): Account {
  const [domain, user, ...more] = name.split('\\')
  if (user !== undefined && more.length === 0 && domain && user) return { domain, user }
  if (user !== undefined || name === '' || (name.includes('=') && !name.includes('@'))) {
    throw new SetupError(
      'ad-credentials',
      `"${name}" cannot be used to read password hashes: state the account as "DOMAIN\\user" or "user@domain".`
    )
  }
  return { domain: '', user: name }
}
