import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AddressError, CertificateError } from '../errors.ts'

/** How to reach an LDAP server, and as whom. */
export interface LdapServer {
  /** `ldaps://host[:636]`, or `ldap://host[:389]` together with `startTls`. A connection without TLS is refused. */
  readonly url: string
  readonly startTls?: boolean
  /** A distinguished name, or whatever else the server takes for one. */
  readonly bindDn: string
  readonly password: string
  /** PEM with the CA that signed the server's certificate. Read at every connect, so that a rotated file works. */
  readonly caFile?: string
  /** The name that the certificate must have; default: the host of the URL. */
  readonly serverName?: string
  /** The oldest TLS to accept; default: what Node accepts, TLS 1.2. */
  readonly minTlsVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** For TCP, TLS and bind together; default 10,000. */
  readonly connectTimeoutMs?: number
  /** The longest silence while an answer is awaited; default 120,000. */
  readonly operationTimeoutMs?: number
}

export interface ServerAddress {
  readonly host: string
  readonly port: number
  /** TLS from the first byte (LDAPS), as opposed to StartTLS. */
  readonly tlsAtOnce: boolean
  /** `host:port`, for messages. */
  readonly text: string
}

const defaultPorts: Readonly<Record<string, number>> = { 'ldaps:': 636, 'ldap:': 389 }

/** @throws AddressError when the URL cannot be used */
export function addressOf({ url, startTls }: Pick<LdapServer, 'url' | 'startTls'>): ServerAddress {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const defaultPort = defaultPorts[parsed?.protocol ?? '']
  if (parsed === undefined || defaultPort === undefined || parsed.hostname === '') {
    throw new AddressError('not-ldap', 'An LDAP address must look like ldaps://dc1.corp.example.com.')
  }
  const tlsAtOnce = parsed.protocol === 'ldaps:'
  if (!tlsAtOnce && startTls !== true) {
    const advice = 'use ldaps://, or switch StartTLS on'
    throw new AddressError('in-the-clear', `${url} would send the password in the clear: ${advice}.`)
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const port = parsed.port === '' ? defaultPort : Number(parsed.port)
  return { host, port, tlsAtOnce, text: `${parsed.hostname}:${port}` }
}

/** @throws CertificateError when the file cannot be read or holds no certificate */
export async function readCa(caFile: string | undefined): Promise<string | undefined> {
  if (caFile === undefined) return undefined
  const pem = await readFile(caFile, 'utf8').catch((cause: unknown) => {
    throw new CertificateError(`The CA file ${caFile} cannot be read: put the PEM file there.`, { cause })
  })
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new CertificateError(`The CA file ${caFile} holds no readable certificate: put the CA's PEM there.`)
  }
  return pem
}

/** TLS itself passes over what it cannot read, and then trusts nobody. */
function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}
