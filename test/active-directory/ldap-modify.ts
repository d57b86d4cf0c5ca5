import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { DirectoryServer } from '@opendirsync/active-directory'

/**
 * OpenLDAP's `ldapmodify`, which knows nothing of us. The certificate's name is not that of the address, so it is not
 * checked here.
 *
 * @throws Error with what it wrote to standard error
 */
export async function ldapModify(
  { url, bindDn, password }: Pick<DirectoryServer, 'url' | 'bindDn' | 'password'>,
  file: string
): Promise<void> {
  // A file, because arguments can be seen by everybody on the machine.
  const passwordFile = `${file}.password`
  await writeFile(passwordFile, password, { mode: 0o600 })
  const args = ['-H', url, '-x', '-D', bindDn, '-y', passwordFile, '-f', file]
  await promisify(execFile)('ldapmodify', args, { env: { ...process.env, LDAPTLS_REQCERT: 'never' } })
}
