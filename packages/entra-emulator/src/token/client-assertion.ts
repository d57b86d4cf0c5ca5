import { createPublicKey, timingSafeEqual, X509Certificate } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { Credentials } from './credentials.ts'
import { assertionOutOfTime, malformedAssertion, wrongAssertion } from './token-error.ts'

/**
 * Checks a certificate's assertion (private_key_jwt): its thumbprint names the registered certificate, whose
 * key signed it; issuer and subject are the application, the audience is this token endpoint, and its time has
 * come and not passed.
 */
export async function verifyClientAssertion(
  assertion: string,
  credentials: Credentials,
  audiences: readonly string[]
): Promise<void> {
  const { clientCertificatePem, clientId } = credentials
  const header = headerOf(assertion)
  if (clientCertificatePem === undefined) throw wrongAssertion('The application has no certificate.')
  const certificate = new X509Certificate(clientCertificatePem)
  if (!namesCertificate(header, certificate)) throw wrongAssertion('The key was not found.')
  const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }))
  await jwtVerify(assertion, key, {
    algorithms: ['RS256', 'PS256'],
    issuer: clientId,
    subject: clientId,
    audience: [...audiences],
    requiredClaims: ['exp', 'jti'],
    clockTolerance: toleratedSkewSeconds
  }).catch((error: unknown) => {
    throw refusalOf(error)
  })
}

/** How far the clocks of Entra and of a client may be apart. */
const toleratedSkewSeconds = 300

/** Constant time, so that the answer's time tells nothing about the secret. */
export function sameText(left: string, right: string): boolean {
  const [first, second] = [Buffer.from(left), Buffer.from(right)]
  return first.length === second.length && timingSafeEqual(first, second)
}

interface AssertionHeader {
  readonly x5t?: unknown
  readonly 'x5t#S256'?: unknown
}

function headerOf(assertion: string): AssertionHeader {
  try {
    return decodeProtectedHeader(assertion)
  } catch {
    throw malformedAssertion()
  }
}

function namesCertificate(header: AssertionHeader, certificate: X509Certificate): boolean {
  if (header['x5t#S256'] !== undefined) return header['x5t#S256'] === thumbprint(certificate.fingerprint256)
  return header.x5t === thumbprint(certificate.fingerprint)
}

function thumbprint(fingerprint: string): string {
  return Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url')
}

function refusalOf(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return assertionOutOfTime()
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return assertionOutOfTime()
    return wrongAssertion(`The claim '${error.claim}' is not as expected.`)
  }
  return wrongAssertion('The signature could not be verified.')
}
