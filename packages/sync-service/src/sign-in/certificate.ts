import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SetupError } from '@opendirsync/contracts'

export interface SigningCertificate {
  readonly privateKey: KeyObject
  /** SHA-256 of the certificate, base64url: `x5t#S256` (RFC 7515 section 4.1.8). */
  readonly thumbprint: string
  readonly expiresAt: Date
}

/**
 * The application's certificate and its key, from one PEM file. An expired one is still given: whoever uses it looks.
 * @throws SetupError `sync-service-credentials`
 */
export function readCertificate(path: string): SigningCertificate {
  const pem = attempt(
    () => readFileSync(path, 'utf8'),
    `${path} cannot be read. Check the path of the certificate for the synchronization service, and its rights.`
  )
  const certificate = attempt(
    () => new X509Certificate(pem),
    `${path} holds no certificate in PEM. Put it there.`
  )
  const privateKey = attempt(
    () => createPrivateKey(pem),
    `${path} holds no private key that can be read. Put the key of the certificate there in PEM, not encrypted.`
  )
  if (!certificate.checkPrivateKey(privateKey))
    throw unfit(
      `The private key in ${path} belongs to another certificate. Put the two that belong together there.`
    )
  if (privateKey.asymmetricKeyType !== 'rsa')
    throw unfit(`The key in ${path} is not an RSA key. Entra ID takes no other; make a certificate with one.`)
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  return { privateKey, thumbprint, expiresAt: certificate.validToDate }
}

/** @throws SetupError `sync-service-credentials`, when it has expired too */
export function validCertificate(path: string, now: Date): SigningCertificate {
  const certificate = readCertificate(path)
  if (certificate.expiresAt > now) return certificate
  const day = certificate.expiresAt.toISOString().slice(0, 10)
  throw unfit(`The certificate in ${path} has expired on ${day}. Register a new one with the application.`)
}

function attempt<Value>(read: () => Value, otherwise: string): Value {
  try {
    return read()
  } catch (cause) {
    throw unfit(otherwise, cause)
  }
}

function unfit(message: string, cause?: unknown): SetupError {
  return new SetupError('sync-service-credentials', message, cause === undefined ? {} : { cause })
}
