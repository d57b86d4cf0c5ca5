import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { chain, connectionError } from './connection-errors.ts'

/** Codes of the token endpoint for what a person has to correct (Microsoft's list of AADSTS errors). */
const credentialCodes = new Set([
  ...['700016', '700027', '700038', '7000112', '7000215', '7000222', '7000229'],
  // A federated token: not readable, out of its time, or not one that the application trusts.
  ...['50027', '700024', '70021', '700211', '700212', '700213']
])
const tenantCodes = new Set(['90002', '90013', '90014', '900021', '900023'])

const probeTimeoutMs = 10_000

interface TokenEndpoint {
  /** Origin. */
  readonly authority: string
  readonly tenantId: string
}

/**
 * Why there is no token. The token library does not tell why it could not speak to the endpoint at all, so then
 * the endpoint is asked once more, without it.
 */
export async function tokenError(
  error: unknown,
  endpoint: TokenEndpoint
): Promise<SetupError | UnavailableError> {
  const host = new URL(endpoint.authority).host
  if (error instanceof SetupError) return error
  return understood(messagesIn(error), host, error) ?? (await probe(endpoint, host))
}

/** What the endpoint's words mean. They are not repeated: they may name more than they should. */
export function understood(text: string, host: string, cause: unknown): SetupError | undefined {
  const codes = [...text.matchAll(/AADSTS(\d+)/g)].map(([, code]) => code ?? '')
  if (codes.some(code => tenantCodes.has(code)) || text.includes('invalid_tenant')) {
    return new SetupError('graph-tenant', `${host} does not know the tenant. Check the tenant id.`, { cause })
  }
  if (!codes.some(code => credentialCodes.has(code)) && !/invalid_client|unauthorized_client/.test(text))
    return undefined
  const shown = codes[0] === undefined ? '' : ` (AADSTS${codes[0]})`
  return new SetupError(
    'graph-credentials',
    `${host} refuses the application's credentials${shown}. Check the client id, and its secret, certificate or federated credential and their expiry.`,
    { cause }
  )
}

/** Why the machine gave no token of a managed identity. */
export function managedIdentityError(error: unknown): SetupError | UnavailableError {
  if (error instanceof UnavailableError) return error
  if (/identity not found|no managed identity|invalid_request|bad_request/i.test(messagesIn(error))) {
    return new SetupError(
      'graph-credentials',
      'This machine has no such managed identity. Assign it to the machine, and set GRAPH_MANAGED_IDENTITY and, for a user-assigned one, its client id as GRAPH_CLIENT_ID.',
      { cause: error }
    )
  }
  return new UnavailableError(
    'entra',
    'This machine gave no token of a managed identity. Does it run in Azure, or have the Azure Arc agent? It will be tried again.',
    { cause: error }
  )
}

async function probe(
  { authority, tenantId }: TokenEndpoint,
  host: string
): Promise<SetupError | UnavailableError> {
  try {
    const url = `${authority}/${encodeURIComponent(tenantId)}/v2.0/.well-known/openid-configuration`
    const response = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) })
    const text = await response.text()
    return (
      understood(text, host, undefined) ??
      new UnavailableError(
        'entra',
        `${host} gave no token (status ${response.status}). It will be tried again.`
      )
    )
  } catch (error) {
    return connectionError(error, host)
  }
}

function messagesIn(error: unknown): string {
  return chain(error)
    .map(({ message }) => message)
    .join('\n')
}
