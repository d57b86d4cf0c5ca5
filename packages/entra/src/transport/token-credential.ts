import { readFile } from 'node:fs/promises'
import {
  type AccessToken,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential
} from '@azure/identity'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import type { Endpoints } from '../clouds.ts'
import { certificateIn, certificateNow } from './token-certificate.ts'
import { managedIdentityError, tokenError } from './token-error.ts'

/** One of the last four is set. */
export interface CredentialOptions {
  readonly tenantId: string
  /** Of the app registration, or of the managed identity. */
  readonly clientId: string
  /** A function is asked again for each token. */
  readonly clientSecret?: string | (() => string)
  /** PEM file with the certificate and its private key. */
  readonly certificatePath?: string
  /** File with a token of another issuer that the application trusts (workload identity). It may be replaced at any time. */
  readonly federatedTokenPath?: string
  /** The identity that Azure gives this machine. `user-assigned`: the one with the client id. */
  readonly managedIdentity?: 'system-assigned' | 'user-assigned'
}

interface GivenToken {
  readonly token: string
  readonly expiresAtMs: number
  readonly certificateExpiresAt?: Date
}

/** @throws SetupError `graph-credentials`, `graph-tenant`, `graph-certificate`; UnavailableError */
type FetchToken = (scope: string) => Promise<GivenToken>

/** A machine that Azure does not run has nobody at that address, and no answer either. */
const managedIdentityTimeoutMs = 20_000

/**
 * The credential library keeps tokens and what it was given to prove itself with; we keep tokens ourselves. So each
 * token has a credential of its own.
 *
 * @throws SetupError `graph-credentials` when none or several credentials are given, or one that cannot be one
 */
export function openCredential(options: CredentialOptions, endpoints: Endpoints): FetchToken {
  const { certificatePath, clientSecret, federatedTokenPath, managedIdentity } = options
  const given = [certificatePath, clientSecret, federatedTokenPath, managedIdentity].filter(
    each => each !== undefined && each !== ''
  )
  if (given.length !== 1) {
    throw new SetupError(
      'graph-credentials',
      'Graph needs one credential: a client secret, the path of a certificate, the path of a federated token, or a managed identity. Set one of them.'
    )
  }
  if (managedIdentity !== undefined) return ofManagedIdentity(options)
  if (federatedTokenPath !== undefined) return ofFederatedToken(federatedTokenPath, options, endpoints)
  if (certificatePath !== undefined) return ofCertificate(certificatePath, options, endpoints)
  return ofSecret(clientSecret ?? '', options, endpoints)
}

function ofSecret(
  secret: string | (() => string),
  options: CredentialOptions,
  endpoints: Endpoints
): FetchToken {
  const { tenantId, clientId } = options
  const credential = (value: string) =>
    wellFormed(() => new ClientSecretCredential(tenantId, clientId, value, libraryOptions(endpoints)))
  // Wrong ids are told at once. The secret may not be there yet.
  credential('none yet')
  return async scope => {
    const value = typeof secret === 'string' ? secret : secret()
    return given(await tokenOf(credential(value), scope, options, endpoints))
  }
}

function ofCertificate(path: string, options: CredentialOptions, endpoints: Endpoints): FetchToken {
  const { tenantId, clientId } = options
  const credential = (certificate: string) =>
    wellFormed(
      () => new ClientCertificateCredential(tenantId, clientId, { certificate }, libraryOptions(endpoints))
    )
  credential(certificateIn(path).pem)
  return async scope => {
    const { pem, expiresAt } = certificateNow(path)
    const token = await tokenOf(credential(pem), scope, options, endpoints)
    return { ...given(token), certificateExpiresAt: expiresAt }
  }
}

/** The library's own workload identity reads the file only every five minutes. */
function ofFederatedToken(path: string, options: CredentialOptions, endpoints: Endpoints): FetchToken {
  const { tenantId, clientId } = options
  const credential = (assertion: string) =>
    wellFormed(
      () =>
        new ClientAssertionCredential(tenantId, clientId, async () => assertion, libraryOptions(endpoints))
    )
  credential('none yet')
  return async scope => given(await tokenOf(credential(await assertionIn(path)), scope, options, endpoints))
}

async function assertionIn(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const message = `${path} cannot be read. Check the path of the federated token and its rights.`
    throw new SetupError('graph-credentials', message, { cause })
  })
  if (text.trim() !== '') return text.trim()
  throw new SetupError('graph-credentials', `${path} is empty: there is no federated token in it yet.`)
}

/**
 * Azure keeps these tokens up to a day, and the library keeps them for the whole process: permissions that are granted
 * later are in them only then.
 */
function ofManagedIdentity({ clientId, managedIdentity }: CredentialOptions): FetchToken {
  const retryOptions = { maxRetries: 0 }
  const credential = wellFormed(
    () =>
      new ManagedIdentityCredential(
        managedIdentity === 'user-assigned' ? { clientId, retryOptions } : { retryOptions }
      )
  )
  return async scope => {
    try {
      return given(await Promise.race([credential.getToken(scope), noAnswer()]))
    } catch (error) {
      throw managedIdentityError(error)
    }
  }
}

function noAnswer(): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new UnavailableError('entra', noIdentityService)),
      managedIdentityTimeoutMs
    )
    timer.unref()
  })
}

const noIdentityService =
  'Nothing on this machine gave a token of a managed identity in time. Does it run in Azure, or have the Azure Arc agent?'

async function tokenOf(
  credential: TokenCredential,
  scope: string,
  { tenantId }: CredentialOptions,
  { authorityHost }: Endpoints
): Promise<AccessToken> {
  const token = await credential.getToken(scope).catch(async (error: unknown) => {
    throw await tokenError(error, { authority: authorityHost, tenantId })
  })
  if (token !== null) return token
  throw new SetupError('graph-credentials', `${authorityHost} gave no token. Check the client id.`)
}

function given({ token, expiresOnTimestamp }: AccessToken): GivenToken {
  return { token, expiresAtMs: expiresOnTimestamp }
}

function libraryOptions({ authorityHost, isMicrosofts }: Endpoints) {
  return {
    authorityHost,
    // We wait and repeat ourselves; the library would hold the caller for seconds.
    retryOptions: { maxRetries: 0 },
    // A private authority is not in Microsoft's directory of authorities.
    disableInstanceDiscovery: !isMicrosofts
  }
}

function wellFormed<Credential>(make: () => Credential): Credential {
  try {
    return make()
  } catch (cause) {
    throw new SetupError(
      'graph-credentials',
      'The tenant id or the client id for Graph is not valid. Check them.',
      { cause }
    )
  }
}
