import { createPublicKey, timingSafeEqual, X509Certificate } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { Credentials } from './credentials.ts'
import { toleratedSkewSeconds, verifyFederatedAssertion } from './federated-credential.ts'
import { assertionOutOfTime, malformedAssertion, wrongAssertion } from './token-error.ts'

/** An assertion is signed by the application's own certificate, or by a foreign issuer that it trusts. */
export async function verifyClientAssertion(
  assertion: string,
  credentials: Credentials,
  audiences: readonly string[]
): Promise<void> {
  const header = headerOf(assertion)
  const issuer = issuerOf(assertion)
  try {
    if (issuer === undefined || issuer === credentials.clientId) {
      await verifyCertificateAssertion({ assertion, header, credentials, audiences })
    } else {
      await verifyFederatedAssertion(assertion, credentials)
    }
  } catch (error) {
    throw error instanceof errors.JOSEError ? refusalOf(error) : error
  }
}

/**
 * Checks a certificate's assertion (private_key_jwt): its thumbprint names the registered certificate, whose
 * key signed it; issuer and subject are the application, the audience is this token endpoint, and its time has
 * come and not passed.
 */
async function verifyCertificateAssertion({
  assertion,
  header,
  credentials,
  audiences
}: OwnAssertion): Promise<void> {
  const { clientCertificatePem, clientId } = credentials
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
  })
}

interface OwnAssertion {
  readonly assertion: string
  readonly header: AssertionHeader
  readonly credentials: Credentials
  readonly audiences: readonly string[]
}

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

function issuerOf(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).iss
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
