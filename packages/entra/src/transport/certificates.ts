import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SetupError } from '@opendirsync/contracts'

/**
 * Trusts the authorities of this PEM file beside the usual ones, in the whole process: Node's fetch takes no
 * authorities of its own, and the token library opens its connections itself.
 * @throws SetupError `graph-certificate` when the file cannot be read or holds no certificate
 */
export function trustAuthorities(caFile: string): void {
  const pem = read(caFile)
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
  if (certificates === null) {
    throw new SetupError(
      'graph-certificate',
      `${caFile} holds no PEM certificate. Put the authority's certificate there.`
    )
  }
  const trusted = getCACertificates('default')
  const missing = certificates.filter(certificate => !trusted.includes(certificate))
  if (missing.length === 0) return
  try {
    setDefaultCACertificates([...trusted, ...missing])
  } catch (cause) {
    throw new SetupError(
      'graph-certificate',
      `${caFile} holds a certificate that cannot be read. Replace it.`,
      { cause }
    )
  }
}

function read(caFile: string): string {
  try {
    return readFileSync(caFile, 'utf8')
  } catch (cause) {
    throw new SetupError(
      'graph-certificate',
      `The CA file ${caFile} cannot be read. Check its path and its rights.`,
      {
        cause
      }
    )
  }
}
