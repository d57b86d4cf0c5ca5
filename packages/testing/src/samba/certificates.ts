import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type createAuthority, createServerCertificate } from '@opendirsync/entra-emulator'

/** One for a whole domain: a client has a single CA file, whichever controller it talks to. */
export type DomainAuthority = ReturnType<typeof createAuthority>

/**
 * A certificate for the controller's name and for its address, so that a client which was given `ldaps://127.x.y.z`
 * and the CA file can check it. Samba makes one by itself when there is none, for the name alone.
 */
export async function writeCertificates(
  authority: DomainAuthority,
  folder: string,
  names: readonly string[]
): Promise<void> {
  const tls = join(folder, 'private/tls')
  const { keyPem, certificatePem } = createServerCertificate(authority, names)
  await mkdir(tls, { recursive: true, mode: 0o700 })
  // Samba refuses a key that others may read.
  await writeFile(join(tls, 'key.pem'), keyPem, { mode: 0o600 })
  await writeFile(join(tls, 'cert.pem'), certificatePem)
  await writeFile(join(tls, 'ca.pem'), authority.certificatePem)
}
