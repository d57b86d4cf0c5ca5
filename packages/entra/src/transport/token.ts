import { readFileSync } from 'node:fs'
import { ClientCertificateCredential, ClientSecretCredential, type TokenCredential } from '@azure/identity'
import { SetupError } from '@opendirsync/contracts'
import { tokenError } from './token-error.ts'

/** As Microsoft's clients do: a token is renewed this long before it ends. */
const renewBeforeMs = 300_000

export interface CredentialOptions {
  readonly graphUrl: string
  /** The token endpoint's origin; Microsoft's global cloud when it is missing. */
  readonly authorityHost?: string
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret?: string
  /** PEM with the certificate and its private key. */
  readonly certificatePath?: string
}

export interface TokenSource {
  /** @throws SetupError `graph-credentials`, `graph-tenant`, `graph-certificate`; UnavailableError */
  token(): Promise<string>
  /** Forgets the token, so that the next call fetches another. */
  renew(): void
}

/** Tokens of the application itself (client credentials grant), kept until they are about to end. */
export function tokenSource(options: CredentialOptions): TokenSource {
  let credential = credentialOf(options)
  const authority = new URL(options.authorityHost ?? 'https://login.microsoftonline.com').origin
  const scope = `${new URL(options.graphUrl).origin}/.default`
  let held: HeldToken | undefined

  async function fetchToken(): Promise<HeldToken> {
    try {
      const given = await credential.getToken(scope)
      if (given === null)
        throw new SetupError('graph-credentials', `${authority} gave no token. Check the client id.`)
      return { token: given.token, renewAtMs: given.expiresOnTimestamp - renewBeforeMs }
    } catch (error) {
      throw await tokenError(error, { authority, tenantId: options.tenantId })
    }
  }

  let fetching: Promise<HeldToken> | undefined
  return {
    async token() {
      if (held !== undefined && Date.now() < held.renewAtMs) return held.token
      // One request for all who wait.
      fetching ??= fetchToken().finally(() => {
        fetching = undefined
      })
      held = await fetching
      return held.token
    },
    renew() {
      held = undefined
      // The library keeps the tokens of a credential and would give the same one again.
      credential = credentialOf(options)
    }
  }
}

interface HeldToken {
  readonly token: string
  readonly renewAtMs: number
}

function credentialOf(options: CredentialOptions): TokenCredential {
  const { tenantId, clientId, clientSecret, certificatePath, authorityHost } = options
  const common = {
    // We wait and repeat ourselves; the library would hold the caller for seconds.
    retryOptions: { maxRetries: 0 },
    // A private authority is not in Microsoft's directory of authorities.
    ...(authorityHost === undefined
      ? {}
      : { authorityHost, disableInstanceDiscovery: !isMicrosofts(authorityHost) })
  }
  try {
    if (certificatePath !== undefined) {
      requireCertificate(certificatePath)
      return new ClientCertificateCredential(tenantId, clientId, { certificatePath }, common)
    }
    if (clientSecret !== undefined && clientSecret !== '') {
      return new ClientSecretCredential(tenantId, clientId, clientSecret, common)
    }
  } catch (cause) {
    if (cause instanceof SetupError) throw cause
    throw new SetupError(
      'graph-credentials',
      'The tenant id or the client id for Graph is not valid. Check them.',
      {
        cause
      }
    )
  }
  throw new SetupError(
    'graph-credentials',
    'Graph needs a client secret or the path of a certificate. Set one of them.'
  )
}

/** The token library would read the file at the first request only, and say less. */
function requireCertificate(path: string): void {
  let pem = ''
  try {
    pem = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SetupError(
      'graph-credentials',
      `${path} cannot be read. Check the path of the certificate and its rights.`,
      { cause }
    )
  }
  if (/BEGIN CERTIFICATE/.test(pem) && /BEGIN [A-Z ]*PRIVATE KEY/.test(pem)) return
  throw new SetupError(
    'graph-credentials',
    `${path} must hold a certificate and its private key, both in PEM.`
  )
}

function isMicrosofts(authorityHost: string): boolean {
  return /(^|\.)(microsoftonline\.(com|us)|chinacloudapi\.cn|partner\.microsoftonline\.cn)$/.test(
    new URL(authorityHost).hostname
  )
}
