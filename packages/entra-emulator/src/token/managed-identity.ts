import type { Application } from '../state/application.ts'
import { type AccessTokens, graphAppId, graphResource } from './access-tokens.ts'
import { sameText } from './client-assertion.ts'
import type { TokenResponse } from './token-service.ts'

export interface ManagedIdentityOptions {
  readonly clientId: string
  readonly tokens: AccessTokens
  readonly application: Application
  /** What stands in IDENTITY_HEADER: without it the endpoint gives nothing. */
  readonly secret: string
}

const apiVersion = '2019-08-01'

/**
 * The token endpoint that a machine offers to the programs on it, in the form of App Service
 * (https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference): IDENTITY_ENDPOINT
 * and IDENTITY_HEADER, no other credential. It gives tokens of the same application.
 */
export class ManagedIdentityEndpoint {
  readonly #options: ManagedIdentityOptions

  constructor(options: ManagedIdentityOptions) {
    this.#options = options
  }

  async answer(query: URLSearchParams, secret: string | undefined): Promise<TokenResponse> {
    const { clientId, tokens, application } = this.#options
    if (secret === undefined || !sameText(secret, this.#options.secret)) {
      return refusal(403, 'The X-IDENTITY-HEADER of the request is not that of this machine.')
    }
    if (query.get('api-version') !== apiVersion) return refusal(400, `The api-version must be ${apiVersion}.`)
    const resource = (query.get('resource') ?? '').replace(/\/$/, '')
    if (resource !== graphResource && resource !== graphAppId) {
      return refusal(400, `The resource '${resource}' is not known in the tenant.`)
    }
    const wanted = query.get('client_id') ?? query.get('principal_id')
    if (wanted !== null && wanted.toLowerCase() !== clientId.toLowerCase()) {
      return refusal(400, `No managed identity '${wanted}' is assigned to this machine.`)
    }
    const permissions = application.granted
    const accessToken = await tokens.issue({
      appId: clientId,
      resource: graphResource,
      permissions,
      proof: '2'
    })
    const expiresOn = Math.floor(Date.now() / 1000) + tokens.lifetimeSeconds
    return {
      status: 200,
      body: {
        access_token: accessToken,
        expires_on: String(expiresOn),
        resource,
        token_type: 'Bearer',
        client_id: clientId
      }
    }
  }
}

function refusal(statusCode: number, message: string): TokenResponse {
  return { status: statusCode, body: { statusCode, message, correlationId: null } }
}
