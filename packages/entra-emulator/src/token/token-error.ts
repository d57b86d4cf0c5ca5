import { randomUUID } from 'node:crypto'

/** A refusal of the token endpoint, as Entra words it. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly status: number
  readonly error: string
  readonly code: number

  constructor(status: number, error: string, code: number, message: string) {
    super(message)
    this.status = status
    this.error = error
    this.code = code
  }

  /** The body of the answer. */
  toBody(origin: string): object {
    const traceId = randomUUID()
    const correlationId = randomUUID()
    const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`
    const trace = `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`
    return {
      error: this.error,
      error_description: `AADSTS${this.code}: ${this.message} ${trace}`,
      error_codes: [this.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${origin}/error?code=${this.code}`
    }
  }
}

export const unknownTenant = (tenant: string) =>
  new TokenError(
    400,
    'invalid_request',
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into ` +
      'the correct cloud. Check with your subscription administrator, this may happen if there are no active ' +
      'subscriptions for the tenant.'
  )

export const unknownApplication = (clientId: string, tenant: string) =>
  new TokenError(
    400,
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen ` +
      'if the application has not been installed by the administrator of the tenant or consented to by any ' +
      'user in the tenant. You may have sent your authentication request to the wrong tenant.'
  )

export const wrongSecret = (clientId: string) =>
  new TokenError(
    401,
    'invalid_client',
    7000215,
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, ' +
      `not the client secret ID, for a secret added to app '${clientId}'.`
  )

export const noCredential = () =>
  new TokenError(
    401,
    'invalid_client',
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
  )

export const unsupportedGrant = (grant: string) =>
  new TokenError(
    400,
    'unsupported_grant_type',
    70003,
    `The app requested an unsupported grant type '${grant}'.`
  )

export const missingParameter = (parameter: string) =>
  new TokenError(
    400,
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${parameter}'.`
  )

export const wrongScope = (scope: string) =>
  new TokenError(
    400,
    'invalid_scope',
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value ` +
      'with /.default suffixed to the resource identifier (application ID URI).'
  )

export const unknownResource = (resource: string, tenant: string) =>
  new TokenError(
    400,
    'invalid_resource',
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen ` +
      'if the application has not been installed by the administrator of the tenant or consented to by any ' +
      'user in the tenant. You might have sent your authentication request to the wrong tenant.'
  )

export const wrongAssertion = (reason: string) =>
  new TokenError(
    401,
    'invalid_client',
    700027,
    `The certificate with identifier used to sign the client assertion is not registered on application, or ` +
      `the assertion failed signature validation. [Reason - ${reason}]`
  )

export const assertionOutOfTime = () =>
  new TokenError(
    401,
    'invalid_client',
    700024,
    'Client assertion is not within its valid time range. Review the documentation at ' +
      'https://learn.microsoft.com/entra/identity-platform/certificate-credentials.'
  )

export const malformedAssertion = () =>
  new TokenError(400, 'invalid_request', 50027, 'JWT token is invalid or malformed.')

const federationPage = 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation'

/** As captured from Entra: https://github.com/Azure/azure-workload-identity/issues/1200 (subject, 2025-04). */
export const noFederatedRecord = (what: 'issuer' | 'audience' | 'subject', value: string) =>
  new TokenError(
    401,
    'invalid_client',
    { issuer: 700211, audience: 700212, subject: 700213 }[what],
    `No matching federated identity record found for presented assertion ${what} '${value}'. Check your ` +
      `federated identity credential Subject, Audience and Issuer against the presented assertion. ${federationPage}`
  )

export const noFederatedCredentials = (clientId: string) =>
  new TokenError(
    401,
    'invalid_client',
    70025,
    `The client '${clientId}' has no configured federated identity credentials.`
  )
