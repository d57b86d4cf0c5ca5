import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { GraphError } from '../graph/graph-error.ts'

/** Graph's own audience, whatever address the emulator has. */
export const graphResource = 'https://graph.microsoft.com'
export const graphAppId = '00000003-0000-0000-c000-000000000000'

const rememberedTokens = 1000
const wrongAudience = 'Invalid audience.'

/** What a service learns from a token. */
export interface Caller {
  readonly appId: string
  /** The `roles` claim: the application permissions that were granted when the token was issued. */
  readonly permissions: ReadonlySet<string>
  /** It was issued for a certificate or an assertion, not for a secret. */
  readonly usedCertificate: boolean
}

interface Issuance {
  readonly appId: string
  readonly resource: string
  readonly permissions: readonly string[]
  /** `appidacr`: 1 for a secret, 2 for a certificate or an assertion. */
  readonly proof: '1' | '2'
}

interface Verified {
  readonly caller: Caller
  readonly audiences: readonly string[]
  readonly expiresMs: number
}

/** Issues access tokens (RS256 JWTs, as Entra's are) and checks those that services are called with. */
export class AccessTokens {
  readonly lifetimeSeconds: number
  readonly #tenantId: string
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly #keyId: string
  readonly #verified = new Map<string, Verified>()
  #notBeforeSeconds = 0

  constructor(tenantId: string, lifetimeSeconds: number) {
    this.#tenantId = tenantId
    this.lifetimeSeconds = lifetimeSeconds
    this.#keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const spki = this.#keys.publicKey.export({ type: 'spki', format: 'der' })
    this.#keyId = createHash('sha1').update(spki).digest('base64url')
  }

  get #issuer(): string {
    return `https://sts.windows.net/${this.#tenantId}/`
  }

  /** Claims as in https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
  issue({ appId, resource, permissions, proof }: Issuance): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1000)
    return new SignJWT({
      appid: appId,
      appidacr: proof,
      idtyp: 'app',
      oid: appId,
      roles: [...permissions],
      tid: this.#tenantId,
      ver: '1.0'
    })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: this.#keyId, x5t: this.#keyId })
      .setIssuer(this.#issuer)
      .setSubject(appId)
      .setAudience(resource)
      .setIssuedAt(Math.max(nowSeconds, this.#notBeforeSeconds))
      .setNotBefore(nowSeconds)
      .setExpirationTime(nowSeconds + this.lifetimeSeconds)
      .sign(this.#keys.privateKey)
  }

  /** Who the Authorization header speaks for, or the 401. */
  async verify(authorization: string | undefined): Promise<Caller> {
    if (authorization === undefined) throw refusal('Access token is empty.')
    const token = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw refusal('CompactToken parsing failed with error code: 80049217')
    return await this.callerOf(token, [graphResource, graphAppId])
  }

  /** Who a token for one of these audiences speaks for, or the 401. */
  async callerOf(token: string, audiences: readonly string[]): Promise<Caller> {
    const known = this.#verified.get(token)
    const verified =
      known !== undefined && known.expiresMs > Date.now() ? known : await this.#verifyNew(token, audiences)
    if (verified.audiences.some(each => audiences.includes(each))) return verified.caller
    throw refusal(wrongAudience)
  }

  /** Refuses every token issued so far: what a revocation or the end of their life would do. */
  revokeAll(): void {
    this.#verified.clear()
    // Those of the second that has begun, too, also when it is the second time within it.
    this.#notBeforeSeconds = Math.max(Math.floor(Date.now() / 1000), this.#notBeforeSeconds) + 1
  }

  publicKeySet(): object {
    const jwk = this.#keys.publicKey.export({ format: 'jwk' })
    return { keys: [{ ...jwk, use: 'sig', alg: 'RS256', kid: this.#keyId, x5t: this.#keyId }] }
  }

  async #verifyNew(token: string, audiences: readonly string[]): Promise<Verified> {
    this.#verified.delete(token)
    const { payload } = await jwtVerify(token, this.#keys.publicKey, {
      issuer: this.#issuer,
      audience: [...audiences],
      algorithms: ['RS256']
    }).catch((error: unknown) => {
      throw refusal(reasonOf(error))
    })
    if ((payload.iat ?? 0) < this.#notBeforeSeconds) throw refusal('Access token has been revoked.')
    const roles = Array.isArray(payload.roles) ? payload.roles.map(String) : []
    const caller = {
      appId: String(payload.appid),
      permissions: new Set(roles),
      usedCertificate: payload.appidacr === '2'
    }
    const verified = { caller, audiences: [payload.aud ?? []].flat(), expiresMs: (payload.exp ?? 0) * 1000 }
    if (this.#verified.size >= rememberedTokens) this.#verified.clear()
    this.#verified.set(token, verified)
    return verified
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_JWT_EXPIRED') return 'Lifetime validation failed, the token is expired.'
  if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return 'Signature is invalid.'
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return wrongAudience
  return 'CompactToken parsing failed with error code: 80049217'
}

function refusal(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    headers: { 'WWW-Authenticate': 'Bearer realm="", error="invalid_token"' }
  })
}
