import { constants, randomUUID, sign } from 'node:crypto'
import type { SigningCertificate } from './certificate.ts'

const lifetimeSeconds = 600

interface AssertionFacts {
  readonly clientId: string
  /** The token endpoint. */
  readonly audience: string
  readonly now: Date
}

/**
 * A JWT by which an application proves that it has the key of its certificate (RFC 7523 section 2.2), in the form that
 * Entra ID asks for: https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
 */
export function clientAssertion(
  { privateKey, thumbprint }: SigningCertificate,
  { clientId, audience, now }: AssertionFacts
): string {
  const nowSeconds = Math.floor(now.getTime() / 1_000)
  const signed = [
    { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint },
    {
      aud: audience,
      iss: clientId,
      sub: clientId,
      jti: randomUUID(),
      nbf: nowSeconds,
      exp: nowSeconds + lifetimeSeconds
    }
  ]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(signed), {
    key: privateKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST
  })
  return `${signed}.${signature.toString('base64url')}`
}
