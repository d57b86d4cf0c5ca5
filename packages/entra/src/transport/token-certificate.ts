import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SetupError } from '@opendirsync/contracts'

interface ClientCertificate {
  readonly pem: string
  readonly expiresAt: Date
}

/**
 * The certificate of the application and its private key. The token library would read the file at the first request
 * only, and say less.
 *
 * @throws SetupError `graph-credentials` when they are not there or not a pair
 */
export function certificateIn(path: string): ClientCertificate {
  const pem = read(path)
  if (!/BEGIN CERTIFICATE/.test(pem) || !/BEGIN [A-Z ]*PRIVATE KEY/.test(pem)) {
    throw refused(`${path} must hold a certificate and its private key, both in PEM.`)
  }
  const certificate = parsed(
    () => new X509Certificate(pem),
    `${path} holds a certificate that cannot be read.`
  )
  const key = privateKey(pem, path)
  if (!certificate.checkPrivateKey(key)) {
    throw refused(
      `The private key in ${path} is not that of the first certificate in it. Put its own key there.`
    )
  }
  return { pem, expiresAt: certificate.validToDate }
}

/** The same, for use at this moment. */
export function certificateNow(path: string, now: Date = new Date()): ClientCertificate {
  const certificate = certificateIn(path)
  if (certificate.expiresAt > now) return certificate
  const day = certificate.expiresAt.toISOString().slice(0, 10)
  throw refused(
    `The certificate in ${path} expired on ${day}. Register a new one with the application, and put it and its key there.`
  )
}

function privateKey(pem: string, path: string): KeyObject {
  return parsed(
    () => createPrivateKey(pem),
    `${path} holds a private key that cannot be read. It must not be encrypted.`
  )
}

function read(path: string): string {
  return parsed(
    () => readFileSync(path, 'utf8'),
    `${path} cannot be read. Check the path of the certificate and its rights.`
  )
}

function parsed<Value>(parse: () => Value, message: string): Value {
  try {
    return parse()
  } catch (cause) {
    throw refused(message, cause)
  }
}

function refused(message: string, cause?: unknown): SetupError {
  return new SetupError('graph-credentials', message, cause === undefined ? {} : { cause })
}
