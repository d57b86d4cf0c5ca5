import type { Application } from '../state/application.ts'
import { syncServiceAppId } from '../sync-service/sync-service.ts'
import type { Synchronization } from '../sync-service/synchronization.ts'
import type { AccessTokens } from './access-tokens.ts'
import { graphAppId, graphResource } from './access-tokens.ts'
import { sameText, verifyClientAssertion } from './client-assertion.ts'
import type { Credentials } from './credentials.ts'
import {
  missingParameter,
  noCredential,
  TokenError,
  unknownApplication,
  unknownResource,
  unknownTenant,
  unsupportedGrant,
  wrongAssertion,
  wrongScope,
  wrongSecret
} from './token-error.ts'

export interface TokenResponse {
  readonly status: number
  readonly body: object
}

export interface TokenServiceOptions {
  readonly credentials: Credentials
  readonly tokens: AccessTokens
  readonly application: Application
  /** A tenant may be named by a domain in place of its id. */
  readonly domains: () => readonly string[]
  readonly synchronization: Synchronization
}

/** OpenID configuration, keys, and access tokens for an application (client credentials, RFC 6749 4.4). */
export class TokenService {
  readonly #options: TokenServiceOptions

  constructor(options: TokenServiceOptions) {
    this.#options = options
  }

  /** `undefined` when the path is not one of the token service's. */
  async answer(
    method: string,
    path: string,
    body: string,
    origin: string
  ): Promise<TokenResponse | undefined> {
    const [, tenant = '', ...rest] = path.split('/')
    const operation = `${method} ${rest.join('/')}`
    try {
      switch (operation) {
        case 'GET v2.0/.well-known/openid-configuration':
          this.#requireTenant(tenant)
          return { status: 200, body: this.#configuration(origin) }
        case 'GET discovery/v2.0/keys':
          this.#requireTenant(tenant)
          return { status: 200, body: this.#options.tokens.publicKeySet() }
        case 'POST oauth2/v2.0/token':
          this.#requireTenant(tenant)
          return { status: 200, body: await this.#issue(new URLSearchParams(body), origin) }
        default:
          return undefined
      }
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      return { status: error.status, body: error.toBody(origin) }
    }
  }

  async #issue(form: URLSearchParams, origin: string): Promise<object> {
    const { credentials, tokens, application } = this.#options
    const grant = required(form, 'grant_type')
    if (grant !== 'client_credentials') throw unsupportedGrant(grant)
    const clientId = required(form, 'client_id')
    if (clientId.toLowerCase() !== credentials.clientId.toLowerCase()) {
      throw unknownApplication(clientId, credentials.tenantId)
    }
    const proof = await this.#authenticate(form, origin)
    const resource = this.#resourceOf(required(form, 'scope'), origin)
    const permissions = resource === syncServiceAppId ? application.grantedOfSyncService : application.granted
    const accessToken = await tokens.issue({ appId: credentials.clientId, resource, permissions, proof })
    const lifetime = tokens.lifetimeSeconds
    return { token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: accessToken }
  }

  async #authenticate(form: URLSearchParams, origin: string): Promise<'1' | '2'> {
    const { credentials } = this.#options
    const assertion = form.get('client_assertion')
    const secret = form.get('client_secret')
    if (assertion !== null) {
      if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
        throw wrongAssertion('The client_assertion_type is not supported.')
      }
      await verifyClientAssertion(assertion, credentials, this.#audiences(origin))
      return '2'
    }
    if (secret === null) throw noCredential()
    if (!sameText(secret, credentials.clientSecret)) throw wrongSecret(credentials.clientId)
    return '1'
  }

  #audiences(origin: string): string[] {
    return this.#tenantNames().flatMap(name => [
      `${origin}/${name}/oauth2/v2.0/token`,
      `${origin}/${name}/v2.0`
    ])
  }

  #resourceOf(scope: string, origin: string): string {
    if (!scope.endsWith('/.default')) throw wrongScope(scope)
    const resource = scope.slice(0, -'/.default'.length).replace(/\/$/, '')
    if ([graphResource, graphAppId, origin].includes(resource)) return graphResource
    const { synchronization, credentials } = this.#options
    if (resource === syncServiceAppId && synchronization.hasService) return syncServiceAppId
    throw unknownResource(resource, credentials.tenantId)
  }

  #configuration(origin: string): object {
    const { tenantId } = this.#options.credentials
    const authority = `${origin}/${tenantId}`
    return {
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      jwks_uri: `${authority}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${authority}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      tenant_region_scope: 'NA',
      cloud_instance_name: 'microsoftonline.com',
      cloud_graph_host_name: 'graph.windows.net',
      msgraph_host: 'graph.microsoft.com'
    }
  }

  #requireTenant(tenant: string): void {
    if (!this.#tenantNames().includes(tenant.toLowerCase())) throw unknownTenant(tenant)
  }

  #tenantNames(): string[] {
    return [this.#options.credentials.tenantId.toLowerCase(), ...this.#options.domains()]
  }
}

function required(form: URLSearchParams, parameter: string): string {
  const value = form.get(parameter)
  if (value === null || value === '') throw missingParameter(parameter)
  return value
}
