import type { Post } from '../transport/post.ts'
import { readCertificate, validCertificate } from './certificate.ts'
import { clientAssertion } from './client-assertion.ts'
import { recordIn } from './json.ts'
import { tokenError } from './token-error.ts'

/** "Microsoft Entra AD Synchronization Service", the same in every cloud. */
const resource = '6bf85cfa-ac8a-4be5-b5de-425a0d0dc016'
/** The application permission of that resource that everything here needs. */
export const neededRole = 'ADSynchronization.ReadWrite.All'

/** As Microsoft's clients do: a token is renewed this long before it ends. */
const renewBeforeMs = 300_000

export interface TokenSource {
  /** @throws SetupError `sync-service-credentials`, `…-tenant`, `…-directory-sync-off`, `…-certificate`; ThrottledError; UnavailableError */
  token(): Promise<string>
  /** Forgets the token, so that the next call fetches another. */
  renew(): void
  /** Of the certificate that the last token was fetched with. */
  certificateExpiresAt(): Date | undefined
}

interface TokenOptions {
  readonly tenantId: string
  readonly clientId: string
  readonly certificatePath: string
  readonly authorityHost: string
}

interface HeldToken {
  readonly token: string
  readonly renewAtMs: number
}

/**
 * Tokens of the application (client credentials grant). The certificate is read anew for each, so that it may be replaced
 * meanwhile.
 * @throws SetupError `sync-service-credentials` when the certificate cannot be used
 */
export function tokenSource(options: TokenOptions, post: Post): TokenSource {
  readCertificate(options.certificatePath)
  let held: HeldToken | undefined
  let fetching: Promise<HeldToken> | undefined
  let certificateExpiresAt: Date | undefined

  async function fetchToken(): Promise<HeldToken> {
    const now = new Date()
    const certificate = validCertificate(options.certificatePath, now)
    certificateExpiresAt = certificate.expiresAt
    const url = new URL(`/${encodeURIComponent(options.tenantId)}/oauth2/v2.0/token`, options.authorityHost)
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: options.clientId,
      scope: `${resource}/.default`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: clientAssertion(certificate, { clientId: options.clientId, audience: url.href, now })
    })
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }
    const answer = await post({ url, headers, body: Buffer.from(form.toString()) })
    const { access_token: token, expires_in: expiresIn } = recordIn(answer.body.toString('utf8'))
    if (answer.status !== 200 || typeof token !== 'string') throw tokenError(answer, url.host)
    const lifetimeMs = Number(expiresIn) * 1_000
    return { token, renewAtMs: now.getTime() + (Number.isNaN(lifetimeMs) ? 0 : lifetimeMs - renewBeforeMs) }
  }

  return {
    async token() {
      if (held !== undefined && Date.now() < held.renewAtMs) return held.token
      fetching ??= fetchToken().finally(() => {
        fetching = undefined
      })
      held = await fetching
      return held.token
    },
    renew() {
      held = undefined
    },
    certificateExpiresAt: () => certificateExpiresAt
  }
}

/** The `roles` claim, read and not verified: the service does that. Undefined when the token is not a JWT, as it may be. */
export function rolesOf(token: string): readonly string[] | undefined {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return undefined
  const { roles } = recordIn(Buffer.from(payload, 'base64url').toString('utf8'))
  return Array.isArray(roles) ? roles.filter(role => typeof role === 'string') : []
}
