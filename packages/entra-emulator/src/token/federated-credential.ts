import { createLocalJWKSet, decodeJwt, errors, importSPKI, type JSONWebKeySet, jwtVerify } from 'jose'
import type { Credentials } from './credentials.ts'
import { noFederatedCredentials, noFederatedRecord } from './token-error.ts'

/**
 * A foreign issuer whose tokens the application may show in place of a secret
 * (https://learn.microsoft.com/graph/api/resources/federatedidentitycredential). Entra reads the issuer's keys from its
 * OpenID configuration; here they are given, as a key set or as one public key.
 */
export interface FederatedCredential {
  readonly issuer: string
  readonly subject: string
  /** `api://AzureADTokenExchange` without it. */
  readonly audience?: string
  readonly jwks?: JSONWebKeySet
  readonly publicKeyPem?: string
}

const usualAudience = 'api://AzureADTokenExchange'

/** How far the clocks of Entra and of a client may be apart. */
export const toleratedSkewSeconds = 300

/**
 * Issuer, audience and subject must be those of one registered credential, letter by letter
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation); RS256 only.
 */
export async function verifyFederatedAssertion(
  assertion: string,
  { federated, clientId }: Credentials
): Promise<void> {
  if (federated.length === 0) throw noFederatedCredentials(clientId)
  const { iss = '', sub = '', aud = '' } = decodeJwt(assertion)
  const audiences = [aud].flat()
  const ofIssuer = federated.filter(each => each.issuer === iss)
  if (ofIssuer.length === 0) throw noFederatedRecord('issuer', iss)
  const ofAudience = ofIssuer.filter(each => audiences.includes(each.audience ?? usualAudience))
  if (ofAudience.length === 0) throw noFederatedRecord('audience', audiences.join(' '))
  const credential = ofAudience.find(each => each.subject === sub)
  if (credential === undefined) throw noFederatedRecord('subject', sub)
  await verifySignature(assertion, credential)
}

async function verifySignature(
  assertion: string,
  { jwks, publicKeyPem }: FederatedCredential
): Promise<void> {
  const checks = { algorithms: ['RS256'], requiredClaims: ['exp'], clockTolerance: toleratedSkewSeconds }
  if (jwks !== undefined) await jwtVerify(assertion, createLocalJWKSet(jwks), checks)
  else if (publicKeyPem !== undefined)
    await jwtVerify(assertion, await importSPKI(publicKeyPem, 'RS256'), checks)
  else throw new errors.JWKSNoMatchingKey()
}
