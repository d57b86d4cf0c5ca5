import type { Endpoints } from '../clouds.ts'
import { type CredentialOptions, openCredential } from './token-credential.ts'

/** As Microsoft's clients do: a token is renewed this long before it ends. */
const renewBeforeMs = 300_000
/** A token says what was granted when it was given. One that is younger than this says it well enough. */
const doubtAfterMs = 60_000

export interface TokenSource {
  /** @throws SetupError `graph-credentials`, `graph-tenant`, `graph-certificate`; UnavailableError */
  token(): Promise<string>
  /** Forgets the token, so that the next call fetches another. */
  renew(): void
  /** What the application may do may have changed since the token was given: the next call fetches another, at most each minute. */
  doubt(): void
  /** When the certificate expires that the last token was fetched with; undefined without one. */
  certificateExpiresAt(): Date | undefined
}

/**
 * Tokens of the application itself (client credentials grant), kept until they are about to end. Whatever proves who we
 * are is read anew for each token, so that a secret, a certificate or a federated token may be replaced meanwhile.
 *
 * @throws SetupError `graph-credentials` when none or several credentials are given, or one that cannot be one
 */
export function tokenSource(options: CredentialOptions, endpoints: Endpoints): TokenSource {
  const credential = openCredential(options, endpoints)
  let held: HeldToken | undefined
  let certificateExpiresAt: Date | undefined

  async function fetchToken(): Promise<HeldToken> {
    const given = await credential(`${endpoints.resource}/.default`)
    certificateExpiresAt = given.certificateExpiresAt
    return { token: given.token, renewAtMs: given.expiresAtMs - renewBeforeMs, givenAtMs: Date.now() }
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
    },
    doubt() {
      if (held !== undefined && Date.now() - held.givenAtMs >= doubtAfterMs) held = undefined
    },
    certificateExpiresAt: () => certificateExpiresAt
  }
}

interface HeldToken {
  readonly token: string
  readonly renewAtMs: number
  readonly givenAtMs: number
}
